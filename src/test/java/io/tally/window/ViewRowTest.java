package io.tally.window;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.cdc.CapturedRow;
import io.tally.cdc.ColumnTypes;
import io.tally.cdc.RowChange;
import io.tally.cdc.TableColumns;
import io.tally.view.Contribution;
import io.tally.view.DefaultView;
import io.tally.view.RowFault;
import io.tally.view.View;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A row as a view sees it, whatever else is read of it. */
class ViewRowTest {

    private static final View VIEW = DefaultView.of(Duration.ofMinutes(1));
    private static final int EVENT_TIME = 0;
    private static final int CUSTOMER_ID = 1;
    private static final int QUANTITY = 2;
    private static final int PRICE = 3;

    private static final TableColumns MORE = new TableColumns(
            List.of(
                    TableColumns.column(0, "note", "text"),
                    TableColumns.column(1, "price", "numeric(12,2)"),
                    TableColumns.column(2, "event_ts", "timestamp with time zone"),
                    TableColumns.column(3, "shipped_at", "timestamp with time zone"),
                    TableColumns.column(4, "quantity", "integer"),
                    TableColumns.column(5, "customer_id", "integer")),
            ColumnTypes.texts(6));

    private final ViewRow row = new ViewRow(VIEW);
    private final Contribution contribution = new Contribution(VIEW);

    private static CapturedRow more() {
        CapturedRow image = new RowChange().after();
        image.begin(MORE);
        image.setUnits(1, 350);
        image.setUnits(2, 1_000);
        image.setUnits(3, 0);
        image.setUnits(4, 2);
        image.setUnits(5, 7);
        return image;
    }

    @Test
    void take_columnsOfSeveralViews_findsItsOwn() {
        row.take(more());
        assertEquals(1_000, row.units(EVENT_TIME));
        assertEquals(7, row.units(CUSTOMER_ID));
        assertEquals(2, row.units(QUANTITY));
        assertEquals(350, row.units(PRICE));
        assertEquals(new BigDecimal("3.50"), row.decimal(PRICE));
        assertNull(contribution.fault(row));
        row.take(Changes.insert(5, 8, 3, 120).after());
        assertEquals(5_000, row.units(EVENT_TIME));
        assertEquals(8, row.units(CUSTOMER_ID));
    }

    @Test
    void fault_ofAColumnThatTheViewReads_isItsOwnOnly() {
        CapturedRow image = more();
        image.setNotFinite(3);
        row.take(image);
        assertNull(contribution.fault(row), "the time of another view is infinite");
        image.setNotFinite(1);
        assertFalse(row.isFinite(PRICE));
        assertEquals(RowFault.NOT_FINITE, contribution.fault(row));
        image.setNotFinite(2);
        assertEquals(RowFault.INFINITE_TIME, contribution.fault(row));
        image.setFar(2);
        assertTrue(row.isFar(EVENT_TIME));
        assertEquals(RowFault.TIME_OUT_OF_RANGE, contribution.fault(row));
    }

    @Test
    void take_tableWithoutAColumn_isADefect() {
        CapturedRow image = new RowChange().after();
        image.begin(new TableColumns(List.of(TableColumns.column(0, "note", "text")), ColumnTypes.texts(1)));
        assertThrows(IllegalStateException.class, () -> row.take(image));
    }
}
