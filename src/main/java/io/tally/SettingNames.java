package io.tally;

import java.lang.reflect.Method;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** The settings there are. One that does not exist would be ignored silently, and what it was meant for would not happen. */
final class SettingNames {

    private static final Pattern HUMP = Pattern.compile("(?<=[a-z0-9])(?=[A-Z])");
    private static final String FROM_FILE = "_FILE";

    /** Variables that Kubernetes makes of a service named like the prefix, or like it and more: links, not settings. */
    private static final Pattern SERVICE_LINK = Pattern.compile(
            "[A-Z0-9_]+_(SERVICE_HOST|SERVICE_PORT(_[A-Z0-9_]+)?|PORT(_\\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)");

    private final String prefix;
    private final Set<String> names = new HashSet<>();

    /** Replacement of each setting that earlier versions had. */
    private final Map<String, String> gone = new HashMap<>();

    /** @param prefix of all of them, with which no others begin */
    SettingNames(String prefix) {
        this.prefix = prefix;
    }

    /**
     * Adds what a mapping declares.
     *
     * @param from name of the mapping
     * @param mapping the interface; one in it is a group of settings
     */
    SettingNames with(String from, Class<?> mapping) {
        for (Method method : mapping.getDeclaredMethods()) {
            String name =
                    from + "." + HUMP.matcher(method.getName()).replaceAll("-").toLowerCase(Locale.ROOT);
            Class<?> type = method.getReturnType();
            if (type.isInterface() && type.getNestHost() == mapping.getNestHost()) {
                with(name, type);
            } else {
                names.add(name);
            }
        }
        return this;
    }

    /** Adds what is no setting any more, and what to do instead. */
    SettingNames without(String name, String instead) {
        gone.put(name, instead);
        return this;
    }

    Set<String> all() {
        return Set.copyOf(names);
    }

    /**
     * Why something is set in vain, or empty if nothing is.
     *
     * @param properties names of properties that are set, in any source but the environment
     * @param environment its variables
     */
    Optional<String> problem(Iterable<String> properties, Map<String, String> environment) {
        Set<String> variables = new HashSet<>();
        names.forEach(name -> variables.add(variable(name)));
        Stream<String> unknown = StreamSupport.stream(properties.spliterator(), false)
                .filter(property -> property.startsWith(prefix + ".") && !names.contains(property))
                .map(property -> unknown(property, property, names));
        Stream<String> unknownVariables = environment.keySet().stream()
                .filter(variable -> variable.startsWith(variable(prefix + ".")))
                .filter(variable -> !variables.contains(variable) && !isFile(variable, variables))
                .filter(variable -> !SERVICE_LINK.matcher(variable).matches())
                .map(variable -> unknown(variable, property(variable), variables));
        String all =
                Stream.concat(unknown, unknownVariables).distinct().sorted().collect(Collectors.joining(". "));
        return all.isEmpty() ? Optional.empty() : Optional.of(all);
    }

    private String unknown(String written, String property, Set<String> known) {
        String instead = gone.get(property);
        return instead == null
                ? written + " is not a setting; the nearest is " + nearest(written, known)
                : written + " is not a setting any more; " + instead;
    }

    /** The property of an earlier version that a variable stands for, or itself. */
    private String property(String variable) {
        return gone.keySet().stream()
                .filter(name -> variable(name).equals(variable))
                .findFirst()
                .orElse(variable);
    }

    /** As {@link SecretFiles} takes them. */
    private static boolean isFile(String variable, Set<String> variables) {
        return variable.endsWith(FROM_FILE)
                && variables.contains(variable.substring(0, variable.length() - FROM_FILE.length()));
    }

    static String variable(String name) {
        return name.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }

    private static String nearest(String name, Set<String> known) {
        return known.stream()
                .min(Comparator.<String>comparingInt(candidate -> distance(name, candidate))
                        .thenComparing(Comparator.naturalOrder()))
                .orElseThrow();
    }

    /** Levenshtein's: how many letters have to be added, left out or changed. */
    private static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int change = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }
}
