package io.tally.status;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.view.View;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CellsTest {

    private static final View VIEW = TestViews.byMinuteAndKeys(
            "region text NULL",
            "day date",
            "flag boolean",
            "big bigint",
            "rate numeric(10,2)",
            "seen timestamp without time zone");

    /** Rows, sum of amounts, and how many there are. */
    private static List<BigDecimal> totals(long rows, String amount, long amounts) {
        return List.of(BigDecimal.valueOf(rows), new BigDecimal(amount), BigDecimal.valueOf(amounts));
    }

    private static Map<String, Object> map(Object... namesAndValues) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }

    @Test
    void row_ofTheDatabase_hasTheColumnsByName() {
        Map<String, Object> row = Cells.row(
                VIEW,
                Arrays.asList(
                        "60000000",
                        "120000000",
                        null,
                        "-1",
                        "true",
                        "9007199254740992",
                        "1.50",
                        "1000002",
                        "12.30",
                        "6.15",
                        "2"));
        assertEquals(
                map(
                        "since", "1970-01-01T00:01:00Z",
                        "until", "1970-01-01T00:02:00Z",
                        "region", null,
                        "day", "1969-12-31",
                        "flag", true,
                        "big", "9007199254740992",
                        "rate", "1.50",
                        "seen", "1970-01-01T00:00:01.000002",
                        "amount", "12.30",
                        "average", "6.15",
                        "n", 2L),
                row);
        assertEquals(List.copyOf(VIEW.results().stream().map(c -> c.name()).toList()), List.copyOf(row.keySet()));
    }

    /** What is not a sum cannot be told of a part: the average is left out. */
    @Test
    void row_ofMemory_isTheSameAsFarAsItCanBeTold() {
        assertEquals(
                map(
                        "since", "1970-01-01T00:01:00Z",
                        "until", "1970-01-01T00:02:00Z",
                        "region", null,
                        "day", "1969-12-31",
                        "flag", true,
                        "big", 9007199254740991L,
                        "rate", "1.50",
                        "seen", "1970-01-01T00:00:01.000002",
                        "amount", "12.30",
                        "n", 2L),
                Cells.row(
                        VIEW,
                        60_000,
                        Arrays.asList(null, -1L, 1L, 9007199254740991L, 150L, 1_000_002L),
                        totals(2, "12.30", 1)));
    }

    @Test
    void sums_noValueAtAll_isNull() {
        assertEquals(map("amount", null, "n", 3L), Cells.sums(VIEW, totals(3, "0.00", 0)));
        assertEquals(map("amount", "0.00", "n", 3L), Cells.sums(VIEW, totals(3, "0.00", 2)));
    }
}
