package io.tally.view;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.view.Definition.Column;
import io.tally.view.Definition.Result;
import io.tally.view.Definition.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Views from recorded words of PostgreSQL. The words of a running one: {@link DifferentialIT}, {@link RefusalsIT}. */
class ViewReaderTest {

    private static final List<Column> COLUMNS = List.of(
            column("order_id", "bigint", true),
            column("customer_id", "integer", true),
            column("quantity", "integer", true),
            column("price", "numeric(12,2)", true),
            column("region", "text", false),
            column("event_ts", "timestamp with time zone", true));

    /** As a server of version 18 prints it; the one of 14 puts the table's name in front of columns. */
    private static final String SALES = """
             SELECT date_bin('PT1M'::interval, event_ts, '1970-01-01 00:00:00+00'::timestamp with time zone) AS window_start,
                (date_bin('PT1M'::interval, event_ts, '1970-01-01 00:00:00+00'::timestamp with time zone) + 'PT1M'::interval) AS window_end,
                customer_id,
                sum(((quantity)::numeric * price)) AS gross_sales,
                count(*) AS order_count
               FROM orders
              GROUP BY (date_bin('PT1M'::interval, event_ts, '1970-01-01 00:00:00+00'::timestamp with time zone)), (date_bin('PT1M'::interval, event_ts, '1970-01-01 00:00:00+00'::timestamp with time zone) + 'PT1M'::interval), customer_id;""";

    private static final List<Result> SALES_RESULTS = List.of(
            new Result("window_start", "timestamp with time zone"),
            new Result("window_end", "timestamp with time zone"),
            new Result("customer_id", "integer"),
            new Result("gross_sales", "numeric"),
            new Result("order_count", "bigint"));

    private static Column column(String name, String type, boolean notNull) {
        return new Column(name, type, 'b', notNull, false, false, true);
    }

    private static Definition definition(String text, List<Result> results, List<Column> columns) {
        Source source = new Source("public", "orders", 'r', 'p', List.of("order_id"), false, false, false, columns);
        return new Definition(text, results, List.of(source), List.of());
    }

    private static View sales(String text) throws ViewRefused {
        return ViewReader.read("order_agg", definition(text, SALES_RESULTS, COLUMNS), false);
    }

    @Test
    void read_theDefaultView_needsItsOwnColumnsAndTwoTotals() throws ViewRefused {
        View view = sales(SALES);
        assertEquals(
                List.of("event_ts", "customer_id", "quantity", "price"),
                view.columns().stream().map(c -> c.ref().name()).toList());
        assertEquals(60_000, ((FixedWindow) view.window().orElseThrow()).sizeMs());
        assertEquals(2, view.totals().size());
        assertEquals(2, view.totals().get(1).scale());
        // Nothing has to be stored beside what is shown.
        assertTrue(view.results().stream().flatMap(r -> r.measure().stream()).allMatch(Measure::isTotal));
    }

    @Test
    void read_wordsOfOlderServers_isTheSameView() throws ViewRefused {
        String old = SALES.replaceAll("\\b(event_ts|customer_id|quantity|price)\\b", "o.$1")
                .replace("FROM orders", "FROM public.orders o");
        assertEquals(sales(SALES), sales(old));
    }

    @Test
    void fill_ofTheDefaultView_isMadeFromItsExpressions() throws ViewRefused {
        assertEquals(
                "SELECT CASE WHEN \"event_ts\" BETWEEN '4714-11-24 00:00:00.000000+00 BC'::timestamp with time zone AND"
                        + " '294246-12-31 23:58:59.999999+00'::timestamp with time zone"
                        + " THEN date_bin('60000 milliseconds', \"event_ts\","
                        + " '1970-01-01 00:00:00.000000+00'::timestamp with time zone) END,"
                        + " \"customer_id\", count(1), COALESCE(sum((\"quantity\"::numeric * \"price\"::numeric)), 0)"
                        + " FROM \"public\".\"orders\" WHERE \"price\" NOT IN ('NaN', 'Infinity', '-Infinity')"
                        + " AND \"event_ts\" BETWEEN '4714-11-24 00:00:00.000000+00 BC'::timestamp with time zone AND"
                        + " '294246-12-31 23:58:59.999999+00'::timestamp with time zone GROUP BY 1, 2",
                FillQuery.of(sales(SALES)));
    }

    @Test
    void words_ofOlderServers_areTheSame() throws ViewRefused {
        String words = sales(SALES).words();
        assertTrue(
                words.startsWith("SELECT date_bin('PT1M'::interval, event_ts, '1970-01-01 00:00:00+00'::timestamp"),
                words);
        assertTrue(words.contains(" AS order_count FROM \"public\".\"orders\" GROUP BY ("), words);
        assertTrue(words.endsWith("), customer_id"), words);
        String text = SALES.replace("FROM orders", "FROM orders WHERE (region = 'a  orders.b;\n'::text)");
        assertTrue(sales(text).words().contains("WHERE (region = 'a  orders.b;\n'::text) GROUP"), "a literal stays");
    }

    @Test
    void meansTheSame_columnsThatAreWiderOnly_areTheSame() throws ViewRefused {
        assertEquals(
                "event_ts timestamp with time zone, customer_id integer, quantity numeric(,0), price numeric(,2)",
                sales(SALES).columnWords());
        assertTrue(sales(SALES).meansTheSameAs(with("price", "numeric(30,2)", true)));
        assertTrue(sales(SALES).meansTheSameAs(with("quantity", "bigint", true)));
        assertFalse(sales(SALES).meansTheSameAs(with("price", "numeric(12,3)", true)));
        assertFalse(sales(SALES).meansTheSameAs(with("price", "numeric(12,2)", false)));
        assertFalse(sales(SALES).meansTheSameAs(with("customer_id", "bigint", true)));
    }

    private static View with(String name, String type, boolean notNull) throws ViewRefused {
        List<Column> columns = COLUMNS.stream()
                .map(column -> column.name().equals(name) ? column(name, type, notNull) : column)
                .toList();
        return ViewReader.read("order_agg", definition(SALES, SALES_RESULTS, columns), false);
    }

    @Test
    void read_sumCastToATypeWithAllItsDigits_isStoredInIt() throws ViewRefused {
        String cast = SALES.replace(
                "sum(((quantity)::numeric * price))", "(sum(((quantity)::numeric * price)))::numeric(38,%d)");
        assertTrue(isTotal(cast.formatted(2)));
        assertTrue(isTotal(cast.formatted(4)));
        assertFalse(isTotal(cast.formatted(1)), "it is rounded");
        assertFalse(isTotal(SALES.replace("count(*)", "(count(*))::integer")));
    }

    private static boolean isTotal(String text) throws ViewRefused {
        return sales(text).results().stream().flatMap(r -> r.measure().stream()).allMatch(Measure::isTotal);
    }

    private static String refusal(Source source) {
        String text = " SELECT k,\n    count(*) AS n\n   FROM t\n  GROUP BY k;";
        Definition definition = new Definition(
                text, List.of(new Result("k", "integer"), new Result("n", "bigint")), List.of(source), List.of());
        return assertThrows(ViewRefused.class, () -> ViewReader.read("v", definition, false))
                .getMessage();
    }

    @Test
    void read_foreignTable_isRefused() {
        List<Column> columns = List.of(column("k", "integer", true));
        assertEquals(
                "view v: public.t is a foreign table, whose changes are in no topic; name the table itself",
                refusal(new Source("public", "t", 'f', 'p', List.of("k"), false, false, false, columns)));
    }

    @Test
    void read_tableWithRowSecurity_isRefused() {
        List<Column> columns = List.of(column("k", "integer", true));
        assertEquals(
                "view v: public.t has row security, which may hide rows from the engine's role;"
                        + " ALTER ROLE … BYPASSRLS at the source",
                refusal(new Source("public", "t", 'r', 'p', List.of("k"), false, false, true, columns)));
    }

    @Test
    void read_keysThatNoIndexHolds_isRefused() {
        assertTrue(refusalOfKeys(32, "integer").contains("its keys are too many or too long for an index"));
        assertTrue(refusalOfKeys(4, "numeric(1000,0)").contains("its keys are too many or too long for an index"));
    }

    private static String refusalOfKeys(int count, String type) {
        List<String> names = IntStream.range(0, count).mapToObj(i -> "k" + i).toList();
        String list = String.join(",\n    ", names);
        List<Result> results =
                new ArrayList<>(names.stream().map(n -> new Result(n, type)).toList());
        results.add(new Result("n", "bigint"));
        Definition definition = definition(
                " SELECT %s,\n    count(*) AS n\n   FROM orders\n  GROUP BY %s;".formatted(list, list),
                results,
                names.stream().map(n -> column(n, type, false)).toList());
        return assertThrows(ViewRefused.class, () -> ViewReader.read("v", definition, false))
                .getMessage();
    }

    @Test
    void read_deeplyNestedExpression_isRefused() {
        String deep = "(".repeat(5000) + "customer_id" + ")".repeat(5000);
        String line = assertThrows(
                        ViewRefused.class, () -> sales(SALES.replace("sum(((quantity)", "sum(((" + deep + ")")))
                .getMessage();
        assertTrue(line.contains("it is nested deeper than 100 levels"), line);
        assertTrue(line.length() < 400, line);
    }

    /** Whatever the words are, a view comes of them or a refusal, and no other exception. */
    @Test
    void read_mangledWords_isAViewOrARefusal() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 20_000; i++) {
            String mangled = Mangling.of(SALES, random);
            assertDoesNotThrow(() -> readOrRefuse(mangled), mangled);
        }
    }

    private static void readOrRefuse(String text) {
        try {
            sales(text);
        } catch (ViewRefused refused) {
            assertTrue(refused.getMessage().startsWith("view order_agg: "));
        }
    }
}
