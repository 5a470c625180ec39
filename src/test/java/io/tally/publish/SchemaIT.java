package io.tally.publish;

import static io.tally.publish.TestDatabase.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.tally.view.View;
import io.vertx.pgclient.PgConnection;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whether the table of a view is wide enough for it, on a real PostgreSQL. */
class SchemaIT {

    private static final String RESULT = "\"Sales, by kind\"";

    private final TestDatabase database = new TestDatabase("schema_it");
    private final PgConnection connection = database.connect();

    @BeforeEach
    void createSource() {
        database.runAtSource(
                "CREATE TABLE sales (id bigint PRIMARY KEY, at timestamptz NOT NULL, amount numeric(12, 2) NOT NULL)");
    }

    @AfterEach
    void close() {
        await(connection.close());
        database.close();
    }

    private View view(String type) {
        return database.view("Sales, by kind", """
                SELECT date_bin('1 minute', at, 'epoch') AS start, SUM(amount)::%s AS "All of it", COUNT(*) AS sales
                FROM schema_it.sales GROUP BY 1""".formatted(type));
    }

    private Optional<String> misfit(String type) {
        return await(new Schema(true, new ResultTable(view(type))).prepare(connection))
                .map(Ledger.Misfit::message);
    }

    private void createResult(String amount, String sales) {
        database.run(
                "CREATE TABLE %1$s (start timestamptz PRIMARY KEY, \"All of it\" %2$s NOT NULL, sales %3$s NOT NULL)"
                        .formatted(RESULT, amount, sales));
    }

    @Test
    void prepare_tableMadeByItself_isWideEnoughAtTheNextStart() {
        assertEquals(Optional.empty(), misfit("numeric(18,2)"));
        assertEquals(Optional.empty(), misfit("numeric(18,2)"));
    }

    @Test
    void prepare_tableOfFewerDigits_saysWhatMakesItWider() {
        createResult("numeric(17,2)", "numeric(18,0)");
        database.run("CREATE VIEW \"Sales, by kind_final\" AS SELECT * FROM " + RESULT);
        String message = misfit("numeric(18,2)").orElseThrow();
        String remedy = message.substring(message.indexOf("Make it wider: ") + 15);
        database.run(remedy);
        assertEquals(Optional.empty(), misfit("numeric(18,2)"), remedy);
    }

    @Test
    void prepare_tableOfMoreDigits_isWideEnough() {
        createResult("numeric(26,4)", "numeric(19,0)");
        assertEquals(Optional.empty(), misfit("numeric(18,2)"));
        assertEquals(Optional.empty(), misfit("numeric(38,2)"), "more than rows can have");
        assertFalse(misfit("numeric(38,5)").isEmpty());
    }
}
