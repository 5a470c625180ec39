package io.tally.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.FaultyProxy;
import io.tally.testkit.FinalRows;
import io.tally.testkit.HeldRows;
import io.tally.testkit.OrderWriters;
import io.tally.testkit.OrdersInStep;
import io.tally.testkit.TestPipeline;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Three engines in one consumer group, which die, freeze, come back and get company while orders are written. */
class SeveralEnginesIT {

    private static final Duration LIMIT = Duration.ofSeconds(120);
    /** Minutes that become final between one thing that happens to the engines and the next. */
    private static final int PHASE_MINUTES = 3;

    private static final String DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    private static final String FILLS = "SELECT reason || ' ' || filled_at FROM tally_view";

    @Test
    void engineKilledAnotherFrozenInItsTransactionAThirdAdded_isExact() throws SQLException {
        try (TestPipeline pipeline = new TestPipeline("several_engines").registerConnector();
                OrderWriters writers = writers(pipeline, 11);
                EngineProcess first = start(pipeline, "first");
                EngineProcess second = start(pipeline, "second");
                EngineProcess third = start(pipeline, "third")) {
            awaitShared(first, second, third);
            writers.awaitMore(200);
            String deadlocks = pipeline.results().query(DEADLOCKS);
            String filling = pipeline.results().query(FILLS);

            third.kill();
            second.awaitReading(2);
            first.awaitReading(2);
            writers.awaitMore(200);

            EngineProcess frozen;
            EngineProcess other;
            try (HeldRows rows = new HeldRows(pipeline)) {
                boolean isFirst = rows.awaitBlocked(LIMIT).equals("first");
                frozen = isFirst ? first : second;
                other = isFirst ? second : first;
                frozen.pause();
            }
            other.awaitReading(TestPipeline.PARTITIONS);
            try (EngineProcess added = start(pipeline, "added")) {
                added.awaitReading(1);
                frozen.resume();
                awaitShared(frozen, other, added);
                writers.awaitMore(200);
                writers.stop();
                pipeline.awaitExact(LIMIT);
                assertEquals(deadlocks, pipeline.results().query(DEADLOCKS), "deadlocks");
                assertEquals(filling, pipeline.results().query(FILLS), "filled once");
            }
        }
    }

    @Test
    void batchOfAFrozenEngineArrivesAfterATakeover_addsNothing() throws IOException {
        try (TestPipeline pipeline = new TestPipeline("several_zombie").registerConnector();
                FaultyProxy database = new FaultyProxy(0, pipeline.stack().postgresPort());
                OrderWriters writers = writers(pipeline, 12)) {
            Map<String, String> throughProxy = Map.of("POSTGRES_PORT", Integer.toString(database.port()));
            try (EngineProcess zombie = EngineProcess.start(pipeline, throughProxy, settings("zombie"))
                    .awaitRunning()) {
                writers.awaitMore(200);
                database.requests().holdFrom(EngineProcess.PUBLICATION);
                Await.until("a batch is on its way", LIMIT, database.requests()::isHeld);
                zombie.pause();
                try (EngineProcess heir = start(pipeline, "heir").awaitReading(TestPipeline.PARTITIONS)) {
                    writers.awaitMore(200);
                    database.heal();
                    zombie.resume();
                    zombie.awaitLog("fenced: another engine owns the partition");
                    awaitShared(zombie, heir);
                    writers.stop();
                    pipeline.awaitExact(LIMIT);
                }
            }
        }
    }

    @Tag("long")
    @Test
    void finalRows_ofOrdersThatAreNeverLate_neverChange() {
        // Event time runs faster than the clock, so a connector that rests for a second must not make the clock close
        // minutes.
        String patient = "tally.idle-timeout=20s";
        try (TestPipeline pipeline = new TestPipeline("several_final").registerConnector();
                OrdersInStep orders = new OrdersInStep(pipeline, 4, 13);
                EngineProcess first = start(pipeline, "first", patient);
                EngineProcess second = start(pipeline, "second", patient);
                EngineProcess third = start(pipeline, "third", patient)) {
            awaitShared(first, second, third);
            try (FinalRows minutes = new FinalRows(pipeline)) {
                awaitMore(minutes);
                third.kill();
                awaitMore(minutes);
                first.pause();
                second.awaitReading(TestPipeline.PARTITIONS);
                awaitMore(minutes);
                try (EngineProcess added = start(pipeline, "added", patient)) {
                    added.awaitReading(1);
                    first.resume();
                    awaitShared(first, second, added);
                    awaitMore(minutes);
                    second.pause();
                    long written = orders.minutes();
                    Await.until("orders for the frozen engine", LIMIT, () -> orders.minutes() > written + 2);
                    second.resume();
                    awaitMore(minutes);
                    orders.stop();
                    Await.until(
                            () -> minutes.minutes() + " minutes are final of " + orders.minutes(),
                            LIMIT,
                            () -> minutes.minutes() >= orders.minutes() - 1);
                    assertEquals(List.of(), minutes.stop(), "final minutes that changed");
                    pipeline.awaitExact(LIMIT);
                }
            }
        }
    }

    /** Slow enough to leave the machine to the engines. */
    @Test
    void engineWithoutPartitions_isReady_andTakesThemOver() throws Exception {
        try (TestPipeline pipeline = new TestPipeline("several_standby").registerConnector()) {
            pipeline.execute("INSERT INTO orders VALUES ('one', 1, 1, 1.00, now() - interval '2 minutes')");
            String consumers = "mp.messaging.incoming.orders.concurrency=";
            try (EngineProcess first = EngineProcess.start(pipeline, consumers + TestPipeline.PARTITIONS)
                            .awaitReading(TestPipeline.PARTITIONS);
                    EngineProcess standby = EngineProcess.start(pipeline, consumers + 1)) {
                Await.until("it stands by", LIMIT, () -> standby.isInState("STANDBY"));
                assertEquals(200, standby.get("/q/health/ready").statusCode());
                assertEquals(200, standby.get("/q/health/live").statusCode());
                first.kill();
                standby.awaitReading(TestPipeline.PARTITIONS);
                pipeline.awaitExact(LIMIT);
            }
        }
    }

    private static OrderWriters writers(TestPipeline pipeline, long seed) {
        return OrderWriters.throughOutages(pipeline, 4, seed, Duration.ofMinutes(2), Duration.ofMillis(20));
    }

    private static EngineProcess start(TestPipeline pipeline, String name, String... further) {
        return EngineProcess.start(pipeline, settings(name, further));
    }

    /** Each engine has one consumer, so that every one of them gets partitions. */
    private static String[] settings(String name, String... further) {
        List<String> settings = new ArrayList<>(List.of(further));
        settings.add("quarkus.datasource.reactive.additional-properties.application_name=" + name);
        settings.add("mp.messaging.incoming.orders.concurrency=1");
        return settings.toArray(String[]::new);
    }

    /** Waits until the engines have all partitions among them, each at least one. */
    private static void awaitShared(EngineProcess... engines) {
        Await.until("all partitions are read, by all engines", LIMIT, () -> {
            int all = 0;
            for (EngineProcess engine : engines) {
                engine.awaitReading(1);
                all += engine.status().path("partitions").size();
            }
            return all == TestPipeline.PARTITIONS;
        });
    }

    private static void awaitMore(FinalRows minutes) {
        int before = minutes.minutes();
        Await.until("more minutes are final", LIMIT, () -> minutes.minutes() >= before + PHASE_MINUTES);
    }
}
