package io.tally.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tally.testkit.RealStack;
import io.tally.view.Type;
import io.tally.view.View;
import io.tally.view.ViewFile;
import io.tally.view.ViewRefused;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PgViewsIT {

    private Vertx vertx;
    private PgConnection connection;

    @BeforeEach
    void connect() {
        vertx = Vertx.vertx();
        connection = PgConnection.connect(
                        vertx,
                        new PgConnectOptions()
                                .setHost("127.0.0.1")
                                .setPort(RealStack.get().postgresPort())
                                .setDatabase("postgres")
                                .setUser("postgres")
                                .setPassword("postgres"))
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        execute("CREATE SCHEMA views_read; CREATE TABLE views_read.payments"
                + " (id uuid PRIMARY KEY, shop text, amount numeric(12, 2) NOT NULL, at timestamptz NOT NULL)");
    }

    @AfterEach
    void disconnect() {
        execute("DROP SCHEMA views_read CASCADE");
        connection.close();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void read_viewOverATable_isWhatTheServerSays() throws Exception {
        View view = read("""
                CREATE MATERIALIZED VIEW by_shop AS
                SELECT date_bin('1 hour', at, '2000-01-01'), shop, sum(amount), count(*) FILTER (WHERE amount < 0) AS refunds
                FROM views_read.payments GROUP BY 1, 2 -- a comment at the end""");
        assertEquals("payments", view.table());
        assertEquals(3_600_000, view.window().orElseThrow().longestMs());
        assertEquals(Type.Kind.TEXT, view.keys().getFirst().type().kind());
        assertEquals(3, view.totals().size());
        assertEquals(
                List.of("date_bin", "shop", "sum", "refunds"),
                view.results().stream().map(result -> result.name()).toList());
        assertEquals("0", execute("SELECT count(*)::text FROM pg_class WHERE relname = 'tally_view'"));
    }

    @Test
    void read_columnThatIsNotThere_isRefusedWithItsPlaceAndTheHint() {
        assertEquals(
                """
                view by_shop: column "amuont" does not exist
                LINE 2: SELECT shop, sum(amuont) FROM views_read.payments GROUP BY 1
                                         ^
                HINT: Perhaps you meant to reference the column "payments.amount".""",
                refusal(
                        "CREATE MATERIALIZED VIEW by_shop AS\nSELECT shop, sum(amuont) FROM views_read.payments GROUP BY 1"));
        assertEquals("1", execute("SELECT 1::text"), "the transaction is over");
    }

    @Test
    void read_whatCannotBeKept_isRefusedByUs() {
        assertEquals(
                "view top: max(amount): ",
                refusal("CREATE MATERIALIZED VIEW top AS SELECT shop, max(amount) FROM views_read.payments GROUP BY 1")
                        .substring(0, 23));
    }

    @Test
    void read_withoutTheRightToMakeTemporaryTables_saysWhatToGrant() {
        execute("CREATE ROLE views_reader; GRANT USAGE ON SCHEMA views_read TO views_reader;"
                + " GRANT SELECT ON views_read.payments TO views_reader;"
                + " REVOKE TEMPORARY ON DATABASE postgres FROM public; SET ROLE views_reader");
        try {
            assertEquals(
                    "view v: permission denied to create temporary tables in database \"postgres\";"
                            + " GRANT TEMPORARY ON DATABASE … TO the engine's role",
                    refusal("CREATE MATERIALIZED VIEW v AS SELECT shop, count(*) FROM views_read.payments GROUP BY 1"));
        } finally {
            execute("RESET ROLE; GRANT TEMPORARY ON DATABASE postgres TO public; DROP OWNED BY views_reader;"
                    + " DROP ROLE views_reader");
        }
    }

    @Test
    void read_tableWithRowSecurity_isRefusedForWhoDoesNotSeeAll() throws Exception {
        String file = "CREATE MATERIALIZED VIEW v AS SELECT shop, count(*) FROM views_read.payments GROUP BY 1";
        execute(
                "ALTER TABLE views_read.payments ENABLE ROW LEVEL SECURITY; CREATE ROLE views_reader;"
                        + " GRANT USAGE ON SCHEMA views_read TO views_reader; GRANT SELECT ON views_read.payments TO views_reader");
        read(file);
        execute("SET ROLE views_reader");
        try {
            assertEquals(
                    "view v: views_read.payments has row security, which may hide rows from the engine's role;"
                            + " ALTER ROLE … BYPASSRLS at the source",
                    refusal(file));
            execute("RESET ROLE; ALTER ROLE views_reader BYPASSRLS; SET ROLE views_reader");
            read(file);
        } finally {
            execute("RESET ROLE; DROP OWNED BY views_reader; DROP ROLE views_reader");
        }
    }

    private String refusal(String file) {
        CompletionException failure = assertThrows(CompletionException.class, () -> read(file));
        return assertInstanceOf(ViewRefused.class, failure.getCause()).getMessage();
    }

    private View read(String file) throws ViewRefused {
        return new PgViews(true)
                .read(connection, ViewFile.read(file).getFirst())
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    private String execute(String sql) {
        var rows = connection
                .query(sql)
                .execute()
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        return rows.iterator().hasNext() ? rows.iterator().next().getString(0) : null;
    }
}
