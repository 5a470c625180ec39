package io.tally.window;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tally.cdc.ColumnTypes;
import io.tally.cdc.DebeziumDecoder;
import io.tally.cdc.DecoderSettings;
import io.tally.cdc.RowChange;
import io.tally.cdc.TableColumns;
import io.tally.cdc.UndecodableException;
import io.tally.cdc.UpdateMode;
import io.tally.view.Contribution;
import io.tally.view.DefaultView;
import io.tally.view.RowFault;
import io.tally.view.SourceColumn;
import io.tally.view.Type;
import io.tally.view.View;
import io.tally.view.expression.ColumnRef;
import io.tally.view.expression.NumberExpression;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is counted of rows whose columns can hold more than what is counted with. */
class OrderRowTest {

    private static final View VIEW = DefaultView.of(Duration.ofMinutes(1));
    private static final int EVENT_TIME = 0;
    private static final int CUSTOMER_ID = 1;
    private static final int QUANTITY = 2;
    private static final int PRICE = 3;

    private final OrderRow order = new OrderRow(VIEW);
    private final RowChange change = new RowChange();

    private static SourceColumn column(int index, String name, String type) {
        return new SourceColumn(new ColumnRef(index, name, true), Type.named(type));
    }

    private ValueFault read(String numbers, String customerId, String quantity, String price, String time)
            throws UndecodableException {
        List<SourceColumn> columns = List.of(
                column(OrderRow.CUSTOMER_ID, "customer", "bigint"),
                column(OrderRow.QUANTITY, "pieces", numbers.equals("integer") ? "bigint" : numbers),
                column(OrderRow.PRICE, "price", numbers),
                column(OrderRow.EVENT_TIME, "at", "timestamp with time zone"));
        TableColumns table = new TableColumns(columns, ColumnTypes.texts(columns.size()));
        String record = "{\"op\":\"c\",\"after\":{\"id\":1,\"customer\":%s,\"pieces\":%s,\"price\":%s,\"at\":%s}}"
                .formatted(customerId, quantity, price, time);
        new DebeziumDecoder(new DecoderSettings("id", () -> table, UpdateMode.RETRACT, Set.of()))
                .decode(record.getBytes(StandardCharsets.UTF_8), change);
        ValueFault fault = order.read(change.after());
        RowFault ofView = fault == null ? new Contribution(VIEW).fault(order) : null;
        return ofView == null ? fault : ValueFault.of(ofView);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "numeric, 2, \"3.50\", 350",
                "numeric, \"2.000\", \"3.5000\", 350",
                "numeric, 2e0, 1E+3, 100000",
                "numeric, 0, 0, 0",
                "numeric(40), 2, 4, 400",
                "numeric(40), 2147483647, -92233720368547758, -9223372036854775800",
                "'numeric(10,4)', \"-2.0000\", \"3.5000\", 350",
                "'numeric(20,2)', 2, \"92233720368547758.07\", 9223372036854775807",
                "'numeric(20,2)', 2, \"-92233720368547758.08\", -9223372036854775808",
                "'numeric(20,2)', 2, \"-92233720368547758.07\", -9223372036854775807",
                "numeric, 2, \"-92233720368547758.08\", -9223372036854775808",
                "integer, 7, 3, 300",
            })
    void read_numberThatFits_isCountedWhateverItsType(String type, String pieces, String price, long units)
            throws UndecodableException {
        assertNull(read(type, "5", pieces, price, "\"1969-12-31T23:59:59.999999Z\""));
        assertEquals(5, order.units(CUSTOMER_ID));
        assertEquals(BigDecimal.valueOf(units, 2), order.decimal(PRICE));
        assertEquals(units == Long.MIN_VALUE ? NumberExpression.OUTSIDE : units, order.units(PRICE));
        assertEquals(-1, order.units(EVENT_TIME));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            nullValues = "-",
            value = {
                "numeric, null, 2, 1, -, NULL_VALUE",
                "numeric, 5, null, 1, -, NULL_VALUE",
                "numeric, 5, 2, null, -, NULL_VALUE",
                "numeric, 5, 2, 1, null, NULL_VALUE",
                "numeric, 5, 2, \"NaN\", -, NOT_FINITE",
                "numeric, 5, \"-Infinity\", 1, -, NOT_FINITE",
                "numeric, 5, 2, 1, \"infinity\", INFINITE_TIME",
                "numeric, 5, 2, 1, \"+294247-01-01T00:00:00Z\", TIME_OUT_OF_RANGE",
                "numeric, 5, 2, 1, \"-4713-11-23T23:59:59.999999Z\", TIME_OUT_OF_RANGE",
                "numeric, 5, 2, 1, \"-4713-11-24T00:00:00Z\", -",
                "numeric, 2147483648, 2, 1, -, NUMBER_OUT_OF_RANGE",
                "numeric, -9223372036854775808, 2, 1, -, NUMBER_OUT_OF_RANGE",
                "numeric, 5, -2147483649, 1, -, NUMBER_OUT_OF_RANGE",
                "numeric, 5, 1e30, 1, -, NUMBER_OUT_OF_RANGE",
                "numeric, 5, \"1.5\", 1, -, FINER_NUMBER",
                "numeric, 5, 2, \"12.345\", -, FINER_NUMBER",
                "numeric, 5, 2, \"92233720368547758.08\", -, NUMBER_OUT_OF_RANGE",
                "numeric, 5, 2, 1e99, -, NUMBER_OUT_OF_RANGE",
                "'numeric(10,3)', 5, 2, \"12.345\", -, FINER_NUMBER",
                "'numeric(30,2)', 5, 2, \"92233720368547758.08\", -, NUMBER_OUT_OF_RANGE",
                "integer, 5, 4294967296, 1, -, NUMBER_OUT_OF_RANGE",
            })
    void read_valueThatCannotBeCounted_isNamed(
            String type, String customer, String pieces, String price, String time, ValueFault expected)
            throws UndecodableException {
        String at = time == null ? "\"2026-11-22T12:19:11.524822Z\"" : time;
        assertEquals(expected, read(type, customer, pieces, price, at));
    }

    @Test
    void read_manyRows_holdsTheLast() throws UndecodableException {
        assertNull(read("numeric(12,2)", "1", "1", "\"1.00\"", "\"2026-11-22T12:19:11Z\""));
        assertNull(read("numeric(12,2)", "2", "3", "\"4.00\"", "\"1970-01-01T00:00:00.001Z\""));
        assertEquals(2, order.units(CUSTOMER_ID));
        assertEquals(3, order.units(QUANTITY));
        assertEquals(400, order.units(PRICE));
        assertEquals(1_000, order.units(EVENT_TIME));
    }
}
