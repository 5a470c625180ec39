package io.tally.view;

import io.tally.view.RandomTable.Column;
import io.tally.view.Type.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Expressions over a table as a person writes them: no more parentheses and casts than are needed. */
final class RandomExpressions {

    private final List<Column> columns;
    private final RandomGenerator random;

    RandomExpressions(List<Column> columns, RandomGenerator random) {
        this.columns = columns;
        this.random = random;
    }

    /** A number that an aggregate adds up. */
    String number(int depth) {
        if (depth == 0 || random.nextInt(3) == 0) {
            return random.nextInt(5) == 0 ? numberLiteral() : numberColumn();
        }
        return switch (random.nextInt(11)) {
            case 0, 1 -> operand(depth) + " * " + operand(depth);
            case 2 -> number(depth - 1) + " + " + operand(depth);
            case 3 -> operand(depth) + " - " + operand(depth);
            case 4 -> "-" + operand(depth);
            case 5 -> "COALESCE(" + numberColumn() + ", " + number(depth - 1) + ")";
            case 6 ->
                "CASE WHEN " + condition(depth - 1) + " THEN " + number(depth - 1)
                        + pick("", " ELSE " + number(depth - 1), " ELSE 0") + " END";
            case 7 -> simpleCase(depth);
            case 8 ->
                "CAST(" + number(depth - 1) + " AS " + pick("integer", "bigint", "numeric", "numeric(10, 1)") + ")";
            case 9 -> operand(depth) + "::" + pick("numeric(12,2)", "bigint", "int", "numeric(20)", "numeric(14,-1)");
            default -> "CASE WHEN " + condition(depth - 1) + " THEN NULL ELSE " + number(depth - 1) + " END";
        };
    }

    private String operand(int depth) {
        String number = number(depth - 1);
        return number.matches("[a-z_]+|\"[^\"]+\"|\\d+(\\.\\d+)?") ? number : "(" + number + ")";
    }

    private String simpleCase(int depth) {
        Column column =
                pick(columns.stream().filter(RandomExpressions::isListed).toList());
        return "CASE %s WHEN %s THEN %s WHEN %s THEN %s%s END"
                .formatted(
                        column.sql(),
                        literal(column),
                        number(depth - 1),
                        literal(column),
                        number(depth - 1),
                        pick("", " ELSE " + number(depth - 1)));
    }

    private static boolean isListed(Column column) {
        return column.type().kind().isInteger() || column.type().kind().isText();
    }

    /** A number that has the same places behind the point in every row. */
    String evenNumber() {
        Column column = pick(numbers().filter(c -> c.type().hasScale()).toList());
        return switch (random.nextInt(5)) {
            case 0 -> column.sql() + " * " + pick("2", "1.5", column.sql());
            case 1 -> numberColumn() + "::numeric(14, 3)";
            case 2 -> "COALESCE(" + column.sql() + ", " + column.sql() + ")";
            default -> column.sql();
        };
    }

    private String numberLiteral() {
        return pick("0", "1", "2", "10", "0.5", "1.50", "0.001", "100", "3000000000", "NULL::integer");
    }

    private String numberColumn() {
        return pick(numbers().toList()).sql();
    }

    private Stream<Column> numbers() {
        return columns.stream()
                .filter(c -> c.type().kind().isNumber() && !c.name().equals("id"));
    }

    /** A condition, in parentheses where its neighbours could take a part of it. */
    String condition(int depth) {
        if (depth > 0) {
            switch (random.nextInt(8)) {
                case 0 -> {
                    return "(" + condition(depth - 1) + " OR " + condition(depth - 1) + ")";
                }
                case 1 -> {
                    return "(" + condition(depth - 1) + " AND " + condition(depth - 1) + ")";
                }
                case 2 -> {
                    return "NOT (" + condition(depth - 1) + ")";
                }
                case 3 -> {
                    return "(" + condition(depth - 1) + ") IS " + pick("TRUE", "NOT TRUE", "UNKNOWN", "NOT FALSE");
                }
                default -> {}
            }
        }
        Column column = pick(columns);
        if (random.nextInt(6) == 0) {
            return column.sql() + pick(" IS NULL", " IS NOT NULL");
        }
        if (column.type().kind() == Kind.BOOLEAN) {
            return switch (random.nextInt(5)) {
                case 0 -> "NOT " + column.sql();
                case 1 ->
                    column.sql() + pick(" IS TRUE", " IS NOT TRUE", " IS FALSE", " IS UNKNOWN", " IS NOT UNKNOWN");
                case 2 -> column.sql() + pick(" = true", " <> true", " IS DISTINCT FROM false", " < true");
                default -> column.sql();
            };
        }
        return comparison(column, depth);
    }

    private String comparison(Column column, int depth) {
        String name = column.sql();
        boolean ordered = !column.type().kind().isText();
        List<Column> alike = columns.stream()
                .filter(c -> c.type().kind() == column.type().kind())
                .toList();
        return switch (random.nextInt(ordered ? 8 : 6)) {
            case 0 -> name + " IN (" + literals(column) + ")";
            case 1 -> name + " NOT IN (" + literals(column) + ")";
            case 2 -> name + pick(" IS DISTINCT FROM ", " IS NOT DISTINCT FROM ") + literal(column);
            case 3 -> name + " = " + pick(alike).sql();
            case 4 -> name + pick(" <> ", " != ") + literal(column);
            case 5 -> name + " = " + literal(column);
            case 6 -> name + " BETWEEN " + literal(column) + " AND " + literal(column);
            default -> {
                String operator = pick(" < ", " <= ", " > ", " >= ");
                yield column.type().kind().isNumber() && random.nextBoolean() && depth > 0
                        ? number(depth - 1) + operator + operand(depth)
                        : name + operator + literal(column);
            }
        };
    }

    private String literals(Column column) {
        List<String> some = new ArrayList<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            some.add(literal(column));
        }
        if (random.nextInt(12) == 0) {
            some.add("NULL");
        }
        return some.stream().collect(Collectors.joining(", "));
    }

    private String literal(Column column) {
        return switch (column.type().kind()) {
            case SMALLINT, INTEGER, BIGINT -> pick("0", "1", "3", "7", "-2", "3000000000", "2.5");
            case NUMERIC -> pick("0", "1", "10", "1.0", "100.50", "-2.5", "0.125", "33.333333", "12345678901234567890");
            case TEXT, VARCHAR -> pick("'eu'", "'us'", "''", "'it''s'", "E'a\\\\b'", "$$Eu$$", "'é'", "'eu '");
            case UUID -> pick("'00000000-0000-0000-0000-000000000001'", "'{00000000000000000000000000000002}'");
            case DATE -> pick("'2024-01-03'", "DATE '2024-01-02'", "'0044-03-15 BC'", "'2024-01-05'");
            case TIMESTAMPTZ ->
                pick(
                        "'2024-01-01 00:01:00+00'",
                        "TIMESTAMPTZ '2024-01-01 02:00:30.5+02'",
                        "'1969-12-31 23:59:59.999999+00'",
                        "'12024-01-01'");
            case TIMESTAMP -> pick("'2024-01-01 00:01:00'", "TIMESTAMP '2024-01-01'", "'2024-01-01 00:00:30.001'");
            case ENUM -> pick("'new'", "'paid'", "'it''s gone'");
            case BOOLEAN, OTHER -> throw new IllegalStateException(column.toString());
        };
    }

    private String pick(String... several) {
        return several[random.nextInt(several.length)];
    }

    private <T> T pick(List<T> several) {
        return several.get(random.nextInt(several.size()));
    }
}
