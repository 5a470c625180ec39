package io.tally.publish;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.config.Config;

/** The environment variables that say how one of the servers is reached, by what their names end with: {@code HOST}. */
final class PostgresVariables {

    private static final String RESULTS = "POSTGRES_";
    private static final String SOURCE = "SOURCE_POSTGRES_";

    private final Function<String, Optional<String>> environment;
    private final List<String> prefixes;

    private PostgresVariables(Function<String, Optional<String>> environment, List<String> prefixes) {
        this.environment = environment;
        this.prefixes = prefixes;
    }

    /** Those of the server that holds the results. */
    static PostgresVariables ofResults(Function<String, Optional<String>> environment) {
        return new PostgresVariables(environment, List.of(RESULTS));
    }

    /** Those of the server that holds the tables; where one is not set, it is its twin of the results. */
    static PostgresVariables ofSource(Function<String, Optional<String>> environment) {
        return new PostgresVariables(environment, List.of(SOURCE, RESULTS));
    }

    /** Variables as the configuration has them: one that is empty is not set. */
    static Function<String, Optional<String>> in(Config config) {
        return name -> config.getOptionalValue(name, String.class);
    }

    /** The value of a variable, or empty if it is not set. */
    Optional<String> value(String end) {
        return environment.apply(name(end));
    }

    /** The variable that is set, for people; if none is, the one that everybody knows. */
    String name(String end) {
        return prefixes.stream()
                .map(prefix -> prefix + end)
                .filter(name -> environment.apply(name).isPresent())
                .findFirst()
                .orElse(RESULTS + end);
    }
}
