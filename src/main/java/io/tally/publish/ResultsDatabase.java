package io.tally.publish;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.function.Function;
import org.eclipse.microprofile.config.Config;

/**
 * The database that holds the results and their progress. The pool that Quarkus manages serves health checks and the status
 * page; making it is what tells how to connect.
 */
@Singleton
class ResultsDatabase extends Database implements PgPoolCreator {

    @Inject
    ResultsDatabase(Config config) {
        this(PostgresVariables.in(config));
    }

    ResultsDatabase(Function<String, Optional<String>> environment) {
        super("results", PostgresVariables.ofResults(environment));
    }

    @Override
    public Pool create(Input input) {
        PgConnectOptions options =
                new PgConnectOptions(input.pgConnectOptionsList().getFirst());
        // Timestamps without time zone are in UTC, as the connector takes them.
        options.addProperty("TimeZone", "UTC");
        // The publishing statement is longer than what is kept prepared by default. Prepared anew each time, it costs
        // another round trip in the middle of the transaction.
        options.setPreparedStatementCacheSqlFilter(sql -> true);
        reach(options, input.vertx());
        return PgBuilder.pool()
                .with(input.poolOptions())
                .connectingTo(options)
                .using(input.vertx())
                .build();
    }
}
