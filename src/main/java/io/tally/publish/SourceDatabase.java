package io.tally.publish;

import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.config.Config;

/**
 * The database that holds the tables that views read: that of the results, unless variables say otherwise. Nothing is written
 * there, and there is no pool: it is asked seldom.
 */
@Singleton
class SourceDatabase extends Database {

    private static final int LARGEST_PORT = 65_535;

    @Inject
    SourceDatabase(ResultsDatabase results, Pool pool, Config config) {
        this(results, pool, PostgresVariables.in(config));
    }

    /**
     * @param pool making it is what tells how to connect to the results
     * @throws IllegalArgumentException if a variable is impossible
     */
    SourceDatabase(ResultsDatabase results, Pool pool, Function<String, Optional<String>> environment) {
        super("source", PostgresVariables.ofSource(environment));
        pool.size();
        PgConnectOptions options = new PgConnectOptions(results.options());
        variables().value("HOST").ifPresent(options::setHost);
        variables().value("PORT").map(this::port).ifPresent(options::setPort);
        variables().value("DB").ifPresent(options::setDatabase);
        variables().value("USER").ifPresent(options::setUser);
        variables().value("PASSWORD").ifPresent(options::setPassword);
        reach(options, results.vertx());
    }

    private int port(String value) {
        int port = value.matches("\\d{1,5}") ? Integer.parseInt(value) : 0;
        if (port < 1 || port > LARGEST_PORT) {
            throw new IllegalArgumentException(
                    variables().name("PORT") + "=" + value + " is not possible, expected a port from 1 to 65535");
        }
        return port;
    }
}
