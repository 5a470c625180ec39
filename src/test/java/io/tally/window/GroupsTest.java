package io.tally.window;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.view.DefaultView;
import io.tally.view.SourceColumn;
import io.tally.view.Total;
import io.tally.view.Type;
import io.tally.view.Type.Kind;
import io.tally.view.View;
import io.tally.view.expression.ColumnRef;
import io.tally.view.expression.NumberColumn;
import io.tally.view.expression.NumberExpression;
import io.tally.view.expression.RowImage;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GroupsTest {

    /** Values of columns: numbers as {@code BigDecimal}, everything else as {@link RowImage} wants it, or null. */
    private record Row(List<SourceColumn> columns, Object... values) implements RowImage {

        @Override
        public boolean isNull(int column) {
            return values[column] == null;
        }

        @Override
        public boolean isFinite(int column) {
            return true;
        }

        @Override
        public boolean isFar(int column) {
            return false;
        }

        @Override
        public long units(int column) {
            if (values[column] instanceof BigDecimal number) {
                Type type = columns.get(column).type();
                boolean fixed = type.kind() != Kind.NUMERIC || type.precision() > 0;
                return fixed ? NumberExpression.fitted(number, type.scale()) : NumberExpression.OUTSIDE;
            }
            return (Long) values[column];
        }

        @Override
        public BigDecimal decimal(int column) {
            return (BigDecimal) values[column];
        }

        @Override
        public String text(int column) {
            return (String) values[column];
        }
    }

    /** Keys of some kinds, and three totals: of rows, of a numeric(14,2), and of a numeric without a scale. */
    private enum Shape {
        ONE_INTEGER(key(Kind.INTEGER)),
        BOOLEAN_AND_SMALLINT(key(Kind.BOOLEAN), key(Kind.SMALLINT)),
        ONE_BIGINT(key(Kind.BIGINT)),
        INTEGER_DATE(key(Kind.INTEGER), key(Kind.DATE)),
        NO_KEY(),
        NULLABLE_INTEGER(nullable(key(Kind.INTEGER))),
        TEXTS(nullable(key(Kind.TEXT)), key(Kind.TEXT)),
        LARGE_NUMERIC(key(new Type(Kind.NUMERIC, "numeric(40,2)", 40, 2)), key(Kind.TIMESTAMPTZ));

        private final List<SourceColumn> keys = new ArrayList<>();
        private final List<SourceColumn> columns = new ArrayList<>();
        private final View view;

        Shape(SourceColumn... keys) {
            for (SourceColumn key : keys) {
                ColumnRef ref = new ColumnRef(
                        columns.size(), "k" + columns.size(), key.ref().nullable());
                columns.add(new SourceColumn(ref, key.type()));
            }
            this.keys.addAll(columns);
            ColumnRef fixed = new ColumnRef(columns.size(), "fixed", true);
            columns.add(new SourceColumn(fixed, new Type(Kind.NUMERIC, "numeric(20,2)", 20, 2)));
            ColumnRef free = new ColumnRef(columns.size(), "free", true);
            columns.add(new SourceColumn(free, new Type(Kind.NUMERIC, "numeric", 0, 0)));
            view = new View(
                    "v",
                    "public",
                    "t",
                    List.of(),
                    columns,
                    Optional.empty(),
                    this.keys,
                    2_000,
                    null,
                    List.of(
                            new Total(null, null),
                            new Total(new NumberColumn(fixed, 2), null),
                            new Total(new NumberColumn(free, NumberExpression.VARYING), null)),
                    List.of(),
                    "");
        }

        private static SourceColumn key(Kind kind) {
            return key(new Type(kind, kind.name(), 0, 0));
        }

        private static SourceColumn key(Type type) {
            return new SourceColumn(new ColumnRef(0, "k", false), type);
        }

        private static SourceColumn nullable(SourceColumn key) {
            return new SourceColumn(new ColumnRef(0, "k", true), key.type());
        }

        Row row(Random random) {
            Object[] values = new Object[columns.size()];
            for (int i = 0; i < keys.size(); i++) {
                SourceColumn key = keys.get(i);
                values[i] = key.ref().nullable() && random.nextInt(5) == 0
                        ? null
                        : value(key.type().kind(), random);
            }
            values[keys.size()] = random.nextInt(9) == 0
                    ? null
                    : BigDecimal.valueOf(
                            random.nextInt(9) == 0 ? Long.MAX_VALUE - random.nextInt(9) : random.nextInt(50_000), 2);
            values[keys.size() + 1] =
                    random.nextInt(3) > 0 ? null : BigDecimal.valueOf(random.nextInt(9), random.nextInt(30));
            return new Row(columns, values);
        }

        private static Object value(Kind kind, Random random) {
            return switch (kind) {
                case BOOLEAN -> (long) random.nextInt(2);
                case SMALLINT, INTEGER -> BigDecimal.valueOf(random.nextInt(200) - 100);
                case DATE, TIMESTAMPTZ -> random.nextInt(3) - 1L;
                case BIGINT ->
                    BigDecimal.valueOf(
                            random.nextInt(3) == 0 ? Long.MIN_VALUE + random.nextInt(4) : random.nextInt(200));
                case NUMERIC ->
                    new BigDecimal("12345678901234567890.25")
                            .scaleByPowerOfTen(3 * random.nextInt(4))
                            .setScale(2)
                            .multiply(BigDecimal.valueOf(random.nextInt(3) - 1))
                            .setScale(2);
                default ->
                    Stream.of("", "a", "ab", "b", "Ä", "中文", "😀", "a".repeat(random.nextInt(30)))
                            .skip(random.nextInt(8))
                            .findFirst()
                            .orElseThrow();
            };
        }
    }

    private static final BigDecimal ZERO = new BigDecimal("0");

    private static List<Object> keyOf(Shape shape, Row row) {
        return Arrays.asList(Arrays.copyOf(row.values(), shape.keys.size()));
    }

    private static void addNaively(Map<List<Object>, BigDecimal[]> sums, Shape shape, Row row, int sign) {
        BigDecimal[] totals = sums.computeIfAbsent(keyOf(shape, row), added -> new BigDecimal[] {ZERO, ZERO, ZERO});
        Object[] amounts = {BigDecimal.ONE, row.values()[shape.keys.size()], row.values()[shape.keys.size() + 1]};
        for (int i = 0; i < totals.length; i++) {
            if (amounts[i] instanceof BigDecimal amount) {
                totals[i] = totals[i].add(amount.multiply(BigDecimal.valueOf(sign)));
            }
        }
    }

    /** By key, with totals in a form in which equal ones are equal; without groups that are zero. */
    private static Map<List<Object>, List<BigDecimal>> normal(Map<List<Object>, BigDecimal[]> sums) {
        Map<List<Object>, List<BigDecimal>> normal = new HashMap<>();
        sums.forEach((key, totals) -> {
            if (Arrays.stream(totals).anyMatch(total -> total.signum() != 0)) {
                normal.put(
                        key,
                        Arrays.stream(totals)
                                .map(total -> total.signum() == 0 ? ZERO : total.stripTrailingZeros())
                                .toList());
            }
        });
        return normal;
    }

    private static Map<List<Object>, List<BigDecimal>> read(Shape shape, Groups groups) {
        Map<List<Object>, BigDecimal[]> sums = new HashMap<>();
        groups.forEach(slot -> {
            BigDecimal[] totals = IntStream.range(0, 3)
                    .mapToObj(total -> groups.sum(slot, total))
                    .toArray(BigDecimal[]::new);
            for (int total = 0; total < totals.length; total++) {
                long units = groups.units(slot, total);
                assertTrue(units == NumberExpression.OUTSIDE
                        || BigDecimal.valueOf(units, groups.scale(total)).compareTo(totals[total]) == 0);
            }
            assertEquals(null, sums.put(key(shape, groups, slot), totals));
        });
        return normal(sums);
    }

    private static List<Object> key(Shape shape, Groups groups, int slot) {
        List<Object> key = new ArrayList<>();
        for (int i = 0; i < shape.keys.size(); i++) {
            Type type = shape.keys.get(i).type();
            Object part = groups.key(slot, i);
            key.add(
                    type.kind().isNumber() && part instanceof Long units
                            ? BigDecimal.valueOf(units, type.scale())
                            : part);
        }
        return key;
    }

    static Stream<Object[]> shapesAndSeeds() {
        return Arrays.stream(Shape.values())
                .flatMap(shape -> IntStream.range(0, 4).mapToObj(seed -> new Object[] {shape, seed}));
    }

    @ParameterizedTest
    @MethodSource("shapesAndSeeds")
    void add_randomRows_equalsNaiveSums(Object shapeGiven, int seed) {
        Shape shape = (Shape) shapeGiven;
        Random random = new Random(seed);
        Groups groups = new Groups(shape.view);
        Map<List<Object>, BigDecimal[]> expected = new HashMap<>();
        for (int i = 0; i < 5_000; i++) {
            Row row = shape.row(random);
            int sign = random.nextInt(4) == 0 ? -1 : 1;
            assertEquals(!expected.containsKey(keyOf(shape, row)), groups.add(row, sign));
            addNaively(expected, shape, row, sign);
        }
        assertEquals(expected.size(), groups.size());
        assertEquals(normal(expected), read(shape, groups));
    }

    @ParameterizedTest
    @MethodSource("shapesAndSeeds")
    void copyOnlyAndAddAll_randomRows_equalNaiveSums(Object shapeGiven, int seed) {
        Shape shape = (Shape) shapeGiven;
        Random random = new Random(seed);
        Groups one = new Groups(shape.view);
        Groups other = new Groups(shape.view);
        Map<List<Object>, BigDecimal[]> expected = new HashMap<>();
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            Row row = shape.row(random);
            int sign = random.nextInt(4) == 0 ? -1 : 1;
            (random.nextBoolean() ? one : other).add(row, sign);
            addNaively(expected, shape, row, sign);
            rows.add(row);
        }
        Map<List<Object>, List<BigDecimal>> before = read(shape, one);
        Groups sum = one.copy();
        sum.addAll(other);
        assertEquals(normal(expected), read(shape, sum));
        assertEquals(before, read(shape, one), "the copy was changed");
        for (Row row : rows) {
            List<BigDecimal> wanted = normal(expected).get(keyOf(shape, row));
            Map<List<Object>, List<BigDecimal>> only = wanted == null ? Map.of() : Map.of(keyOf(shape, row), wanted);
            assertEquals(only, read(shape, sum.only(row)));
        }
    }

    @ParameterizedTest
    @MethodSource("shapesAndSeeds")
    void inOrder_randomRows_isTheOrderOfCompare(Object shapeGiven, int seed) {
        Shape shape = (Shape) shapeGiven;
        Random random = new Random(seed);
        Groups groups = new Groups(shape.view);
        for (int i = 0; i < 1_000; i++) {
            groups.add(shape.row(random), 1);
        }
        int[] slots = groups.inOrder();
        assertEquals(groups.size(), slots.length);
        for (int i = 1; i < slots.length; i++) {
            assertTrue(groups.compare(slots[i - 1], groups, slots[i]) < 0);
            if (shape != Shape.LARGE_NUMERIC) {
                assertTrue(comparePlainly(key(shape, groups, slots[i - 1]), key(shape, groups, slots[i])) < 0);
            }
        }
    }

    /** As PostgreSQL does: NULL comes last. */
    @SuppressWarnings("unchecked")
    private static int comparePlainly(List<Object> left, List<Object> right) {
        for (int i = 0; i < left.size(); i++) {
            int order = Comparator.nullsLast((Comparator<Object>) (one, other) -> one instanceof String text
                            ? Arrays.compareUnsigned(
                                    text.getBytes(StandardCharsets.UTF_8),
                                    other.toString().getBytes(StandardCharsets.UTF_8))
                            : ((Comparable<Object>) one).compareTo(other))
                    .compare(left.get(i), right.get(i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    // ---- the default view ------------------------------------------------------------------------------------------

    private static final View SALES = DefaultView.of(Duration.ofMinutes(1));

    private static RowImage order(int customer, int quantity, long priceUnits) {
        return new Row(
                SALES.columns(),
                0L,
                BigDecimal.valueOf(customer),
                BigDecimal.valueOf(quantity),
                BigDecimal.valueOf(priceUnits, 2));
    }

    private static int slot(Groups groups, int customer) {
        int[] found = {-1};
        groups.forEach(slot -> found[0] = (Long) groups.key(slot, DefaultView.CUSTOMER) == customer ? slot : found[0]);
        return found[0];
    }

    @Test
    void add_orderAndItsRetraction_leavesNothingToSay() {
        Groups groups = new Groups(SALES);
        assertTrue(groups.add(order(7, 2, 350), 1));
        assertFalse(groups.add(order(7, 2, 350), -1));
        assertEquals(1, groups.size());
        assertEquals(0, groups.inOrder().length);
    }

    @Test
    void add_amountsBeyondALongAndBack_areExact() {
        Groups groups = new Groups(SALES);
        groups.add(order(1, Integer.MAX_VALUE, 999_999_999_999L), 1);
        groups.add(order(1, 1, Long.MAX_VALUE), 1);
        groups.add(order(1, 1, Long.MIN_VALUE), 1);
        groups.add(order(1, 1, 5), -1);
        int slot = slot(groups, 1);
        BigDecimal expected = BigDecimal.valueOf(Integer.MAX_VALUE)
                .multiply(BigDecimal.valueOf(999_999_999_999L, 2))
                .subtract(BigDecimal.valueOf(6, 2));
        assertEquals(0, expected.compareTo(groups.sum(slot, DefaultView.SALES)));
        assertEquals(2, groups.units(slot, View.ROWS));
        groups.add(order(1, Integer.MAX_VALUE, 999_999_999_999L), -1);
        groups.add(order(1, 1, Long.MAX_VALUE), -1);
        groups.add(order(1, 1, Long.MIN_VALUE), -1);
        groups.add(order(1, 1, 5), 1);
        assertEquals(-1, slot(groups, 1), "it is zero again");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void ranking_randomTotals_isTheHighestFirst(long seed) {
        Random random = new Random(seed);
        Groups groups = new Groups(SALES);
        Map<Integer, BigDecimal> sums = new HashMap<>();
        for (int i = 0; i < 2_000; i++) {
            long price = random.nextInt(50) == 0 ? Long.MAX_VALUE - random.nextInt(9) : random.nextInt(50_000);
            int customer = random.nextInt(400) - 200;
            groups.add(order(customer, 1, price), 1);
            sums.merge(customer, BigDecimal.valueOf(price, 2), BigDecimal::add);
        }
        List<Integer> expected = sums.entrySet().stream()
                .sorted(Map.Entry.<Integer, BigDecimal>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry::getKey))
                .limit(20)
                .map(Map.Entry::getKey)
                .toList();
        GroupRanking ranking = GroupRanking.of(SALES, groups, 20);
        assertEquals(
                expected,
                ranking.top().stream()
                        .map(entry -> ((Long) entry.key().getFirst()).intValue())
                        .toList());
        assertEquals(groups.size(), ranking.groups());
    }
}
