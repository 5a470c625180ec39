package io.tally.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.PipelineDatabase;
import io.tally.testkit.RealStack;
import io.tally.testkit.TestPipeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What docs/your-own-table.md and docs/views.md have somebody do with a database that is in use. */
class YourTableIT {

    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final Path DEBEZIUM = Path.of("debezium");

    private static final String IN_USE = """
            CREATE ROLE shop_app LOGIN PASSWORD 'shop_app';
            CREATE ROLE reporting LOGIN PASSWORD 'reporting';
            CREATE TABLE payments (
                payment_id UUID PRIMARY KEY, merchant_id UUID NOT NULL, currency TEXT NOT NULL, kind TEXT NOT NULL,
                amount NUMERIC(14, 2) NOT NULL, paid_at TIMESTAMPTZ NOT NULL);
            GRANT SELECT, INSERT, UPDATE, DELETE ON payments TO shop_app;
            INSERT INTO payments SELECT gen_random_uuid(), 'aaaaaaaa-0000-4000-8000-000000000000', 'EUR', 'charge', i,
                '2026-03-01 12:00:00+00' FROM generate_series(1, 100) AS i
            """;

    private static final String VIEW = """
            CREATE MATERIALIZED VIEW %s AS
            SELECT date_trunc('day', paid_at, 'Europe/Berlin') AS day, merchant_id, currency, COUNT(*) AS payments,
                   SUM(amount) AS gross%s
            FROM public.payments GROUP BY 1, 2, 3;
            """;

    private static final String MORE = ", SUM(amount) FILTER (WHERE kind = 'refund') AS refunded";

    private static String script(String name, Map<String, String> variables) throws IOException {
        String sql = Files.readString(DEBEZIUM.resolve(name));
        for (Map.Entry<String, String> variable : variables.entrySet()) {
            sql = sql.replace(":'" + variable.getKey() + "'", "'" + variable.getValue() + "'");
        }
        return sql;
    }

    /** Nobody who was there before may do less, and everybody may do what he has to. */
    @Test
    @Tag("long")
    void databaseInUse_isPrepared_andItsViewChanges() throws Exception {
        try (TestPipeline pipeline = new TestPipeline("your_table")) {
            PipelineDatabase shop = pipeline.source().emptyBeside("shop");
            shop.execute(IN_USE);
            for (String demonstration : new String[] {"source.sql", "results.sql"}) {
                assertTrue(assertThrows(
                                IllegalStateException.class, () -> shop.execute(script(demonstration, Map.of())))
                        .getCause()
                        .getMessage()
                        .contains("is in use"));
            }
            String rights = rightsOf(shop, "shop_app");
            prepare(shop);
            prepare(shop);
            assertEquals(rights, rightsOf(shop, "shop_app"));
            pipeline.withViews(VIEW.formatted("payments_by_day", ""));
            register(pipeline, shop);
            try {
                keep(pipeline, shop);
            } finally {
                pipeline.connector().stop();
                Await.until(
                        "the slot is gone",
                        LIMIT,
                        () -> "0"
                                        .equals(shop.query(
                                                "SELECT count(*) - count(pg_drop_replication_slot(slot_name)) FROM pg_replication_slots"
                                                        + " WHERE slot_name = '" + pipeline.slot()
                                                        + "' AND NOT active"))
                                && "0"
                                        .equals(shop.query(
                                                "SELECT count(*) FROM pg_replication_slots WHERE slot_name = '"
                                                        + pipeline.slot() + "'")));
            }
        }
    }

    private static void prepare(PipelineDatabase shop) throws IOException {
        shop.execute(script(
                "your-table.sql",
                Map.of(
                        "table",
                        "public.payments",
                        "publication",
                        "shop_publication",
                        "connector",
                        "debezium",
                        "engine",
                        "tally")));
        shop.execute(script("your-results.sql", Map.of("engine", "tally", "schema", "sales", "readers", "reporting")));
    }

    private static String rightsOf(PipelineDatabase shop, String role) {
        return shop.query(("SELECT concat_ws(' ', has_database_privilege('%1$s', current_database(), 'CONNECT'),"
                        + " has_database_privilege('%1$s', current_database(), 'TEMPORARY'),"
                        + " has_schema_privilege('%1$s', 'public', 'USAGE'),"
                        + " has_table_privilege('%1$s', 'payments', 'INSERT'))")
                .formatted(role));
    }

    /** A connector that reads one row of the past: the engine reads the others, and takes it for a sign if it comes again. */
    private static void register(TestPipeline pipeline, PipelineDatabase shop) {
        pipeline.registerConnector(
                RealStack.get().connectUrl(),
                Map.of(
                        "database.dbname", shop.name(),
                        "table.include.list", "public.payments",
                        "publication.name", "shop_publication",
                        "snapshot.select.statement.overrides", "public.payments",
                        "snapshot.select.statement.overrides.public.payments",
                                "SELECT * FROM public.payments LIMIT 1"));
        pipeline.connector().awaitRunning();
        Await.until(
                "the connector streams",
                LIMIT,
                () -> "t"
                        .equals(shop.query("SELECT active AND confirmed_flush_lsn IS NOT NULL FROM pg_replication_slots"
                                + " WHERE slot_name = '" + pipeline.slot() + "'")));
    }

    private static EngineProcess start(TestPipeline pipeline, PipelineDatabase shop, String... settings) {
        return EngineProcess.start(
                        pipeline,
                        Map.of("POSTGRES_DB", shop.name(), "ORDERS_TOPIC", pipeline.name() + ".public.payments"),
                        settings)
                .awaitRunning();
    }

    private static void keep(TestPipeline pipeline, PipelineDatabase shop) throws IOException, SQLException {
        change(shop, "refund");
        try (EngineProcess engine = start(pipeline, shop)) {
            awaitExact(shop, "payments_by_day", "", engine);
            change(shop, "charge");
            awaitExact(shop, "payments_by_day", "", engine);
            assertEquals("sales", shop.query("SELECT schemaname FROM pg_tables WHERE tablename = 'payments_by_day'"));
        }
        // Readers have a view of their own, so that they need not know which table is the newest.
        shop.execute("CREATE SCHEMA reports; GRANT USAGE ON SCHEMA reports TO reporting;"
                + " CREATE VIEW reports.payments_by_day AS"
                + " SELECT day, merchant_id, currency, payments, gross FROM sales.payments_by_day;"
                + " GRANT SELECT ON reports.payments_by_day TO reporting");
        String before = read(shop, "SELECT count(*) FROM reports.payments_by_day");
        // The changed view under another name, beside the one that is read.
        pipeline.withViews(VIEW.formatted("payments_by_day", "") + VIEW.formatted("payments_by_day_v2", MORE));
        try (EngineProcess engine = start(pipeline, shop)) {
            awaitExact(shop, "payments_by_day_v2", MORE, engine);
            shop.execute("CREATE OR REPLACE VIEW reports.payments_by_day AS"
                    + " SELECT day, merchant_id, currency, payments, gross, refunded FROM sales.payments_by_day_v2");
            assertEquals(
                    before,
                    read(
                            shop,
                            "SELECT count(*) FROM reports.payments_by_day WHERE refunded IS NOT NULL"
                                    + " OR gross > 0"));
        }
        pipeline.withViews(VIEW.formatted("payments_by_day_v2", MORE));
        try (EngineProcess engine = start(pipeline, shop)) {
            shop.execute("SET search_path = sales; DROP VIEW payments_by_day_final; DROP TABLE payments_by_day;"
                    + " DROP TABLE payments_by_day_staged;"
                    + " DELETE FROM tally_view_checkpoint WHERE view = 'payments_by_day';"
                    + " DELETE FROM tally_view WHERE name = 'payments_by_day'");
            change(shop, "refund");
            awaitExact(shop, "payments_by_day_v2", MORE, engine);
        }
        // An audit that goes back as far as there are rows finds what an hour's would not.
        try (EngineProcess engine = start(pipeline, shop, "tally.audit.range=36500d", "tally.audit.every=1s")) {
            shop.execute("UPDATE sales.payments_by_day_v2 SET gross = gross + 1");
            Await.until(
                    () -> "the audit has it filled again\n" + engine.log(),
                    EngineProcess.AUDIT_LIMIT,
                    () -> "audit".equals(engine.text("/views/0/fills/reason")));
            awaitExact(shop, "payments_by_day_v2", MORE, engine);
        }
        // In place: the table is dropped, what is beside it stays, and the columns are fewer.
        pipeline.withViews(VIEW.formatted("payments_by_day_v2", ""));
        shop.execute("DROP TABLE sales.payments_by_day_v2 CASCADE");
        try (EngineProcess engine = start(pipeline, shop, "tally.rebuild=payments_by_day_v2@fewer")) {
            awaitExact(shop, "payments_by_day_v2", "", engine);
            pipeline.connector().stop();
            change(shop, "charge");
            pipeline.connector().beginAnew();
            Await.until(
                    () -> "the connector has begun anew\n" + engine.log(),
                    LIMIT,
                    () -> "new-snapshot".equals(engine.text("/views/0/fills/reason")));
            awaitExact(shop, "payments_by_day_v2", "", engine);
            assertEquals("1", read(shop, "SELECT count(*) FROM sales.payments_by_day_v2"));
        }
    }

    private static void change(PipelineDatabase shop, String kind) {
        shop.execute(
                ("INSERT INTO payments VALUES (gen_random_uuid(), 'aaaaaaaa-0000-4000-8000-000000000000', 'EUR', '%s', 7.50,"
                                + " '2026-03-01 12:00:00+00'); UPDATE payments SET amount = amount + 1 WHERE amount < 10;"
                                + " DELETE FROM payments WHERE amount > 95")
                        .formatted(kind));
    }

    private static void awaitExact(PipelineDatabase shop, String view, String more, EngineProcess engine) {
        String columns =
                "day::text, merchant_id::text, currency, payments, gross" + (more.isEmpty() ? "" : ", refunded");
        String select = VIEW.formatted(view, more)
                .lines()
                .skip(1)
                .collect(Collectors.joining(" "))
                .replace(";", "");
        String differ =
                "SELECT count(*) FROM ((SELECT %1$s FROM (%2$s) AS answer EXCEPT SELECT %1$s FROM sales.%3$s) UNION ALL"
                                .formatted(columns, select, view)
                        + " (SELECT %1$s FROM sales.%3$s EXCEPT SELECT %1$s FROM (%2$s) AS answer)) AS differences"
                                .formatted(columns, select, view);
        Await.until(
                () -> view + " is what its SELECT answers\n" + engine.log(),
                LIMIT,
                () -> "0".equals(shop.query(differ)));
    }

    private static String read(PipelineDatabase shop, String sql) throws SQLException {
        try (Connection connection = shop.connectAs("reporting", "reporting");
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getString(1);
        }
    }
}
