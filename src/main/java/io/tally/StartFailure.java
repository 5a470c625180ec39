package io.tally;

import io.quarkus.runtime.ApplicationLifecycleManager;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.QuarkusBindException;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.util.ExceptionUtil;
import io.smallrye.config.ConfigValidationException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Says why the process could not start, in one line for each thing to mend. Only what nobody has foreseen comes with a stack
 * trace.
 */
final class StartFailure {

    private static final String CANNOT_RUN = "Tally cannot run: ";

    /** As SmallRye Config words them; a message in other words is shown as it is. */
    private static final Pattern NOT_CONVERTED = Pattern.compile(
            "SRCFG00039: The config property (\\S+) with the config value \"(.*)\" threw an Exception whilst being"
                    + " converted (.*)",
            Pattern.DOTALL);

    private static final Pattern EMPTY =
            Pattern.compile("SRCFG00040: The config property (\\S+) is defined as the empty.*");
    private static final Pattern UNKNOWN = Pattern.compile("SRCFG00050: (\\S+) in .* does not map to any root");
    private static final Pattern NO_CHOICE =
            Pattern.compile("SRCFG00049: Cannot convert .* to enum class \\S+, allowed values: (.*)");
    private static final Pattern NO_NUMBER = Pattern.compile("SRCFG000(29|30): Expected an? (integer|long) value.*");
    private static final Pattern NO_DURATION = Pattern.compile("Invalid duration.*");

    /** Those of application.properties that can be impossible, by their properties. */
    private static final Map<String, String> VARIABLES =
            Map.of("quarkus.http.port", "HTTP_PORT", "quarkus.management.port", "MANAGEMENT_PORT");

    private StartFailure() {}

    /** Ends the process. Called when it is over, however it ended; in development, for each reload, which Quarkus sees to. */
    static void exit(int code, Throwable failure) {
        // Asked only here: before the application is loaded, every mode says that it is the normal one.
        if (LaunchMode.current() != LaunchMode.NORMAL) {
            ApplicationLifecycleManager.getDefaultExitCodeHandler().accept(code, failure);
            return;
        }
        if (failure != null) {
            Throwable cause = ExceptionUtil.getRootCause(failure);
            List<String> lines = lines(cause);
            if (lines.isEmpty()) {
                Logger.getLogger(StartFailure.class).error("Tally could not start", failure);
            }
            lines.forEach(System.err::println);
        }
        System.exit(code);
    }

    /** Message for a foreseen cause; none for any other. */
    static List<String> lines(Throwable cause) {
        if (cause instanceof ConfigValidationException invalid) {
            List<String> lines = new ArrayList<>();
            for (int i = 0; i < invalid.getProblemCount(); i++) {
                lines.add(CANNOT_RUN + describe(invalid.getProblem(i).getMessage(), System.getenv()));
            }
            return lines;
        }
        if (cause instanceof QuarkusBindException taken) {
            return List.of(CANNOT_RUN + "port " + taken.getPort()
                    + " is taken by another process; HTTP_PORT, or MANAGEMENT_PORT, chooses another one");
        }
        return cause instanceof ConfigurationException ? List.of(cause.getMessage()) : List.of();
    }

    /** One setting that cannot be read as what it should be. */
    static String describe(String problem, Map<String, String> environment) {
        String message = problem.replaceFirst("^[\\w.]+Exception: ", "");
        Matcher empty = EMPTY.matcher(message);
        if (empty.matches()) {
            return written(empty.group(1), "", environment)
                    + " is set, but empty; expected a value, or the setting left away";
        }
        Matcher unread = NOT_CONVERTED.matcher(message);
        if (unread.matches()) {
            return written(unread.group(1), unread.group(2), environment) + "=" + unread.group(2)
                    + " is not possible, expected " + expected(unread.group(3));
        }
        Matcher unknown = UNKNOWN.matcher(message);
        return unknown.matches()
                ? SettingsCheck.names()
                        .problem(List.of(unknown.group(1)), Map.of())
                        .orElse(message)
                : message;
    }

    /** The name that its user wrote: that of the variable, if the value comes from there. */
    private static String written(String property, String value, Map<String, String> environment) {
        return Stream.of(SettingNames.variable(property), VARIABLES.getOrDefault(property, ""))
                .filter(variable -> value.equals(environment.get(variable)))
                .findFirst()
                .orElse(property);
    }

    private static String expected(String reason) {
        Matcher choice = NO_CHOICE.matcher(reason);
        if (choice.matches()) {
            return "one of " + choice.group(1).replace(",", ", ");
        }
        if (NO_NUMBER.matcher(reason).matches()) {
            return "a whole number";
        }
        return NO_DURATION.matcher(reason).matches() ? "a duration such as 500ms, 30s, 5m, 1h or PT1M30S" : reason;
    }
}
