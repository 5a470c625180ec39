package io.tally.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ViewFileTest {

    @Test
    void read_moreViewsThanAFileHolds_saysAtWhichLine() throws ViewRefused {
        String fifty = IntStream.range(0, 50)
                .mapToObj("CREATE MATERIALIZED VIEW v%d AS SELECT 1;\n"::formatted)
                .collect(Collectors.joining());
        assertEquals(50, ViewFile.read(fifty).size());
        String more = fifty + "CREATE MATERIALIZED VIEW more AS SELECT 1";
        assertEquals(
                "line 51: the file holds more than 50 views",
                assertThrows(ViewRefused.class, () -> ViewFile.read(more)).getMessage());
    }

    private static List<String> selects(String file) throws ViewRefused {
        return ViewFile.read(file).stream().map(ViewStatement::select).toList();
    }

    @Test
    void read_severalStatements_cutsThemAtTheirSemicolons() throws ViewRefused {
        List<ViewStatement> statements = ViewFile.read("""
                -- sales; by minute
                CREATE MATERIALIZED VIEW Sales AS SELECT a FROM t;
                ;
                create materialized view "By Day" as
                select b
                from t""");
        assertEquals(
                List.of("Sales".toLowerCase(), "By Day"),
                statements.stream().map(ViewStatement::name).toList());
        assertEquals(
                List.of("SELECT a FROM t", "select b\nfrom t"),
                statements.stream().map(ViewStatement::select).toList());
    }

    /** Semicolons that end nothing. */
    static Stream<String> selects() {
        return Stream.of(
                "SELECT ';' FROM t",
                "SELECT 'it''s;' FROM t",
                "SELECT '\\' FROM t",
                "SELECT E'\\';' FROM t",
                "SELECT e'\\\\' FROM t",
                "SELECT U&'d;' FROM t",
                "SELECT \"a;\"\";b\" FROM t",
                "SELECT $$;$$ FROM t",
                "SELECT $tag$;$$;$tag $;$tag$ FROM t",
                "SELECT a$b$, c$b$ FROM t",
                "SELECT a -- ; comment\n FROM t",
                "SELECT a /* ; /* nested; */ ; */ FROM t",
                "SELECT a--;\nFROM t",
                "SELECT 1--';\n FROM t",
                "SELECT 2-/*;*/1 FROM t",
                "SELECT 1e5, .5, 1.e3, $1 FROM t");
    }

    @ParameterizedTest
    @MethodSource("selects")
    void read_semicolonsInsideATokenOrAComment_endNothing(String select) throws ViewRefused {
        String file = "CREATE MATERIALIZED VIEW a AS %s; CREATE MATERIALIZED VIEW b AS SELECT 1".formatted(select);
        assertEquals(List.of(select, "SELECT 1"), selects(file));
    }

    static Stream<Arguments> refused() {
        String view = "CREATE MATERIALIZED VIEW a AS SELECT 1;\n";
        return Stream.of(
                arguments("", "line 1: the file holds no view; write CREATE MATERIALIZED VIEW name AS SELECT …"),
                arguments(" -- nothing\n;", "line 1: the file holds no view; write"),
                arguments(view + "CREATE TABLE t (a int)", "line 2: tables cannot be declared yet"),
                arguments(view + "\n\nDROP VIEW a", "line 4: DROP is no statement for this file"),
                arguments("CREATE VIEW a AS SELECT 1", "line 1: CREATE VIEW is no statement for this file"),
                arguments("CREATE INDEX ON a (b)", "line 1: CREATE INDEX is no statement for this file"),
                arguments("CREATE MATERIALIZED", "line 1: CREATE  is no statement for this file"),
                arguments("SELECT 1", "line 1: SELECT is no statement for this file"),
                arguments("CREATE MATERIALIZED VIEW IF NOT EXISTS a AS SELECT 1", "IF NOT EXISTS says nothing here"),
                arguments("CREATE MATERIALIZED VIEW s.a AS SELECT 1", "the view's name has a schema; leave it out"),
                arguments("CREATE MATERIALIZED VIEW a (b) AS SELECT 1", "columns are named in the SELECT, with AS"),
                arguments(
                        "CREATE MATERIALIZED VIEW a USING heap AS SELECT 1",
                        "USING cannot stand behind the view's name"),
                arguments("CREATE MATERIALIZED VIEW a WITH (x = 1) AS SELECT 1", "WITH cannot stand behind the view's"),
                arguments("CREATE MATERIALIZED VIEW a", "the end of the file cannot stand behind the view's name"),
                arguments("CREATE MATERIALIZED VIEW a AS", "the end of the file cannot stand behind AS"),
                arguments("CREATE MATERIALIZED VIEW a AS TABLE t", "TABLE cannot stand behind AS"),
                arguments("CREATE MATERIALIZED VIEW a AS VALUES (1)", "VALUES cannot stand behind AS"),
                arguments("CREATE MATERIALIZED VIEW 'a' AS SELECT 1", "a is no name of a view"),
                arguments(view + "CREATE MATERIALIZED VIEW A AS SELECT 2", "line 2: a second view has the name a"),
                arguments("CREATE MATERIALIZED VIEW " + "x".repeat(58) + " AS SELECT 1", "is longer than 57 bytes"),
                arguments(
                        view + "CREATE MATERIALIZED VIEW b AS SELECT 'x", "line 2: a quote begins here and has no end"),
                arguments(view + "/* /* */", "line 2: a comment begins here and has no end"),
                arguments("SELECT \"a", "line 1: a quote begins here and has no end"),
                arguments("SELECT $x$ $y$", "a quote begins here and has no end, which would be $x$"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void read_whatIsNoFileOfViews_saysWhichLineAndWhy(String file, String expected) {
        ViewRefused refusal = assertThrows(ViewRefused.class, () -> ViewFile.read(file));
        assertEquals(
                expected,
                refusal.getMessage().contains(expected) ? expected : refusal.getMessage(),
                "the message is another one");
    }

    @Test
    void pointAt_placeThatPostgresNames_isItsLineInTheFile() throws ViewRefused {
        ViewStatement statement = ViewFile.read("-- first\nCREATE MATERIALIZED VIEW a AS SELECT '😀',\n\tb FROM t;\n")
                .getFirst();
        // Characters of PostgreSQL: the face is one of them, and two chars.
        assertEquals("LINE 3: \tb FROM t;\n        \t^", statement.pointAt("SELECT 'F',\n\tb".length()));
        assertEquals(
                "LINE 2: CREATE MATERIALIZED VIEW a AS SELECT '😀',\n" + " ".repeat(8 + 30) + "^",
                statement.pointAt(1));
    }
}
