package io.tally;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class ColumnsTest {

    @Test
    void columns_emptyOrTheSame_areRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Columns("a", "b", "c", "d", "a"));
        assertThrows(IllegalArgumentException.class, () -> new Columns("a", "b", "c", "d", ""));
    }

    /** It is kept beside the results, which are refused if it says something else. */
    @Test
    void toString_staysAsItIs() {
        assertEquals(
                "Columns[orderId=order_id, customerId=customer_id, quantity=quantity, price=price, eventTime=event_ts]",
                Columns.defaults().toString());
    }
}
