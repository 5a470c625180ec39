package io.tally.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.FaultyProxy;
import io.tally.testkit.PipelineDatabase;
import io.tally.testkit.TestPipeline;
import io.tally.testkit.TwoDatabases;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The source and the results on servers of their own, of which one is away, slow, dying, or not the one that was meant. */
@ExtendWith(TwoDatabases.class)
class SidesIT {

    private static final Duration LIMIT = Duration.ofSeconds(120);

    private static final String ONE_CONSUMER = "mp.messaging.incoming.orders.concurrency=1";

    private static final String ORDERS = "INSERT INTO orders SELECT '%s-' || i, i %% 40, 1 + i %% 5, 10 + i * 0.01,"
            + " now() - interval '2 minutes' - i * interval '1 second' FROM generate_series(1, 2000) AS i";

    /** What a step of a fill begins with that is held up. */
    private enum Place {
        FENCE("SET owner = NULL", false),
        SNAPSHOT("BEGIN ISOLATION LEVEL REPEATABLE READ", true),
        SCAN("filled::text AS line", true),
        STAGE("INSERT INTO \"order_agg_staged\"", false),
        REPLACE("DELETE FROM \"order_agg\" WHERE", false);

        private final String statement;
        private final boolean atSource;

        Place(String statement, boolean atSource) {
            this.statement = statement;
            this.atSource = atSource;
        }
    }

    private enum Blow {
        RESET,
        RESTARTED,
        KILLED,
        /** No packet arrives for longer than anybody waits for one. */
        CUT
    }

    /** The ways of an engine to the two servers. */
    private static final class Ways implements AutoCloseable {
        final FaultyProxy source;
        final FaultyProxy results;

        Ways(TestPipeline pipeline) {
            source = new FaultyProxy(0, pipeline.source().port());
            results = new FaultyProxy(0, pipeline.results().port());
        }

        Map<String, String> environment() {
            return Map.of(
                    "SOURCE_POSTGRES_PORT",
                    Integer.toString(source.port()),
                    "POSTGRES_PORT",
                    Integer.toString(results.port()));
        }

        @Override
        public void close() throws Exception {
            source.close();
            results.close();
        }
    }

    /** A pipeline with a topic, which is made with the first order. */
    private static TestPipeline withOrders(String name) {
        TestPipeline pipeline = new TestPipeline(name).registerConnector();
        pipeline.execute(ORDERS.formatted("old"));
        return pipeline;
    }

    // ---- a side is away --------------------------------------------------------------------------------------------

    /** Neither what is read nor who reads it needs the source, but for a start and a fill. */
    @Test
    void sourceAway_resultsGoOnAndPartitionsMove() throws Exception {
        try (TestPipeline pipeline = withOrders("sides_away");
                Ways ways = new Ways(pipeline);
                EngineProcess first =
                        EngineProcess.start(pipeline, ONE_CONSUMER).awaitRunning();
                EngineProcess second = EngineProcess.start(pipeline, ways.environment(), ONE_CONSUMER)) {
            second.awaitReading(1);
            first.awaitReading(1);
            ways.source.cut();
            ways.source.reset();
            pipeline.execute(ORDERS.formatted("away"));
            first.kill();
            second.awaitReading(TestPipeline.PARTITIONS);
            pipeline.awaitExact(LIMIT);
            Await.until(
                    () -> "it says so: " + second.text("/views/0/source"),
                    LIMIT,
                    () -> second.text("/views/0/source/problems/0").startsWith("the source does not answer"));
            assertEquals(200, second.get("/q/health/ready").statusCode(), "nothing is late because of that");
            assertEquals("RUNNING", second.text("/state"));

            ways.source.heal();
            ways.source.reset();
            Await.until(
                    "it is found again",
                    LIMIT,
                    () -> second.text("/views/0/source/problems/0").isEmpty());
            assertEquals(0, second.count("/views/0/fills/times"));
        }
    }

    @Test
    void resultsAway_areCaughtUpWith() throws Exception {
        try (TestPipeline pipeline = withOrders("sides_results");
                EngineProcess engine = EngineProcess.start(pipeline).awaitRunning()) {
            pipeline.awaitExact(LIMIT);
            pipeline.stack().command("kill results");
            pipeline.execute(ORDERS.formatted("away"));
            Await.until(
                    () -> "it says which: " + engine.text("/reason"),
                    LIMIT,
                    () -> engine.text("/reason").contains("(results: POSTGRES_HOST=localhost"));
            assertEquals(503, engine.get("/q/health/ready").statusCode());
            pipeline.stack().command("start results");
            pipeline.awaitExact(LIMIT);
            assertEquals(1, engine.count("/views/0/fills/times"));
        }
    }

    // ---- a side dies in the middle of a fill -----------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource({"SCAN, KILLED", "STAGE, KILLED", "REPLACE, RESET"})
    void fill_sideDiesInTheMiddle_leavesTheOldRowsAndIsDoneAfterwards(Place place, Blow blow) throws Exception {
        fill(place, blow);
    }

    @Tag("long")
    @ParameterizedTest
    @CsvSource({
        "FENCE, RESET",
        "SNAPSHOT, RESET",
        "SCAN, RESET",
        "STAGE, RESET",
        "FENCE, RESTARTED",
        "FENCE, KILLED",
        "FENCE, CUT",
        "SNAPSHOT, RESTARTED",
        "SNAPSHOT, KILLED",
        "SNAPSHOT, CUT",
        "SCAN, RESTARTED",
        "SCAN, CUT",
        "STAGE, RESTARTED",
        "STAGE, CUT",
        "REPLACE, RESTARTED",
        "REPLACE, KILLED",
        "REPLACE, CUT"
    })
    void fill_sideDiesInTheMiddle_inOtherWays(Place place, Blow blow) throws Exception {
        fill(place, blow);
    }

    private static void fill(Place place, Blow blow) throws Exception {
        String name = ("sides_" + place + "_" + blow).toLowerCase(Locale.ROOT);
        try (TestPipeline pipeline = withOrders(name);
                Ways ways = new Ways(pipeline)) {
            try (EngineProcess engine = EngineProcess.start(pipeline).awaitRunning()) {
                pipeline.awaitExact(LIMIT);
                engine.stop();
            }
            // What only a fill mends.
            pipeline.results().execute("UPDATE order_agg SET gross_sales = gross_sales + 1");
            String sum = "SELECT sum(gross_sales) FROM order_agg WHERE customer_id >= 0";
            String before = pipeline.results().query(sum);
            FaultyProxy way = place.atSource ? ways.source : ways.results;
            way.requests().holdFrom(place.statement);
            try (EngineProcess engine = EngineProcess.start(pipeline, ways.environment(), "tally.rebuild=true")) {
                Await.until("it is there", LIMIT, way.requests()::isHeld);
                assertEquals(before, pipeline.results().query(sum), "readers keep the old rows");
                strike(pipeline, way, place.atSource ? "postgres" : "results", blow);
                engine.awaitRunning();
                pipeline.awaitExact(LIMIT);
                assertTrue(engine.count("/views/0/fills/times") >= 1);
                assertNobodyHoldsOn(pipeline.source());
                assertNobodyHoldsOn(pipeline.results());
            }
        }
    }

    private static void strike(TestPipeline pipeline, FaultyProxy way, String server, Blow blow) {
        switch (blow) {
            case RESET -> way.reset();
            case RESTARTED -> {
                pipeline.stack().command("stop " + server);
                pipeline.stack().command("start " + server);
            }
            case KILLED -> {
                pipeline.stack().command("kill " + server);
                pipeline.stack().command("start " + server);
            }
            case CUT -> {
                way.cut();
                Await.until("the server has given the session up", LIMIT, () -> isFree(place(pipeline, server)));
            }
        }
        way.heal();
    }

    private static PipelineDatabase place(TestPipeline pipeline, String server) {
        return server.equals("postgres") ? pipeline.source() : pipeline.results();
    }

    private static boolean isFree(PipelineDatabase database) {
        return database.query("SELECT count(*) FROM pg_stat_activity WHERE usename = 'tally'"
                        + " AND datname = current_database() AND state = 'idle in transaction'")
                .equals("0");
    }

    /** Old versions of rows are kept as long as a snapshot may see them. */
    private static void assertNobodyHoldsOn(PipelineDatabase database) {
        Await.until("no transaction of the engine is left in " + database.name(), LIMIT, () -> isFree(database));
    }

    @Test
    void fill_underWay_saysHowFarItIs() throws Exception {
        try (TestPipeline pipeline = withOrders("sides_progress");
                Ways ways = new Ways(pipeline)) {
            ways.results.requests().holdFrom(Place.REPLACE.statement);
            try (EngineProcess engine = EngineProcess.start(pipeline, ways.environment())) {
                Await.until("it is there", LIMIT, ways.results.requests()::isHeld);
                String rows = pipeline.results().query("SELECT count(*) FROM order_agg_staged");
                assertEquals("first-start", engine.text("/views/0/fills/underWay/reason"));
                assertEquals(rows, engine.text("/views/0/fills/underWay/rows"));
                assertEquals("WAITING", engine.text("/views/0/state"));
                assertEquals(
                        "filling order_agg from public.orders: " + rows + " rows so far",
                        engine.text("/views/0/reason"));
                assertEquals(Double.parseDouble(rows), engine.metric("tally_publish_fill_rows{view=\"order_agg\"}"));
                assertTrue(
                        engine.metric("tally_publish_fill_seconds{view=\"order_agg\"}") > 0,
                        "the alert is TallyFillLong");
                assertEquals(
                        "0",
                        pipeline.query("SELECT count(*) FROM pg_stat_activity WHERE usename = 'tally'"
                                + " AND datname = current_database() AND backend_xmin IS NOT NULL"),
                        "sessions that hold a snapshot of the source");
                ways.results.heal();
                engine.awaitRunning();
                pipeline.awaitExact(LIMIT);
                assertTrue(engine.text("/views/0/fills/underWay").isEmpty());
                assertEquals(0, engine.metric("tally_publish_fill_rows{view=\"order_agg\"}"));
                assertEquals(0, engine.metric("tally_publish_fill_seconds{view=\"order_agg\"}"));
            }
        }
    }

    // ---- the wrong source ------------------------------------------------------------------------------------------

    /** A database of the same server, and a server of another system: both have orders, and neither has the connector. */
    @Test
    void wrongSource_isNotFilledFrom() throws Exception {
        try (TestPipeline pipeline = withOrders("sides_wrong")) {
            PipelineDatabase beside = pipeline.source().beside("staging");
            PipelineDatabase elsewhere = pipeline.results().beside("staging");
            beside.execute(ORDERS.formatted("wrong"));
            elsewhere.execute(ORDERS.formatted("wrong"));
            Map<String, String> toBeside = Map.of("SOURCE_POSTGRES_DB", beside.name());
            Map<String, String> toElsewhere = Map.of(
                    "SOURCE_POSTGRES_DB",
                    elsewhere.name(),
                    "SOURCE_POSTGRES_PORT",
                    Integer.toString(elsewhere.port()),
                    "SOURCE_POSTGRES_PASSWORD",
                    TestPipeline.RESULTS_PASSWORD);
            try (EngineProcess engine = EngineProcess.start(pipeline, toBeside)) {
                awaitRefused(engine);
                assertEquals("0", pipeline.results().query("SELECT count(*) FROM order_agg"));
            }
            try (EngineProcess engine = EngineProcess.start(pipeline).awaitRunning()) {
                pipeline.awaitExact(LIMIT);
                engine.stop();
            }
            try (EngineProcess engine = EngineProcess.start(pipeline, toElsewhere)) {
                awaitRefused(engine);
                assertTrue(pipeline.differences().isEmpty(), "the old rows stay");
            }
            try (EngineProcess engine = EngineProcess.start(pipeline).awaitRunning()) {
                pipeline.awaitExact(LIMIT);
                assertEquals(0, engine.count("/views/0/fills/times"), "nothing was written down");
                engine.assertNoStackTrace();
            }
        }
    }

    private static void awaitRefused(EngineProcess engine) {
        Await.until(
                () -> "it waits with the reason, and not: " + engine.text("/reason") + engine.log(),
                LIMIT,
                () -> engine.text("/reason").contains("is not in use in the source's database"));
    }
}
