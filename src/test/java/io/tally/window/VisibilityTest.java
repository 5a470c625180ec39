package io.tally.window;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class VisibilityTest {

    @Test
    void sees_idsAroundTheSnapshot_followsItsRules() {
        Visibility snapshot = Visibility.parse("100:105:101,103");
        assertTrue(snapshot.sees(99));
        assertTrue(snapshot.sees(100));
        assertFalse(snapshot.sees(101));
        assertTrue(snapshot.sees(102));
        assertFalse(snapshot.sees(103));
        assertTrue(snapshot.sees(104));
        assertFalse(snapshot.sees(105));
        assertFalse(snapshot.sees(1_000_000));
    }

    @Test
    void sees_idsBeyond32Bits_comparesWithWrapAround() {
        long epoch = 7L << 32;
        Visibility snapshot = new Visibility(epoch + 5, epoch + 9, new long[] {epoch + 6});
        assertTrue(snapshot.sees(4));
        assertTrue(snapshot.sees(5));
        assertFalse(snapshot.sees(6));
        assertTrue(snapshot.sees(7));
        assertFalse(snapshot.sees(9));
        assertTrue(snapshot.sees((int) (epoch - 3)), "written before the counter wrapped");
    }

    @Test
    void sees_snapshotAtTheWrap_comparesWithWrapAround() {
        long wrap = 3L << 32;
        Visibility snapshot = new Visibility(wrap - 2, wrap + 2, new long[] {wrap - 1, wrap + 1});
        assertTrue(snapshot.sees((int) (wrap - 3)));
        assertTrue(snapshot.sees((int) (wrap - 2)));
        assertFalse(snapshot.sees((int) (wrap - 1)));
        assertTrue(snapshot.sees(0));
        assertFalse(snapshot.sees(1));
        assertFalse(snapshot.sees(2));
    }

    /** All of a topic may be read again after a fill, and it may reach far back. */
    @Test
    void seesOneBefore_transactionsOfLongAgo_areSeen() {
        long xmin = 3L << 32;
        Visibility snapshot = new Visibility(xmin, xmin + 5, new long[] {xmin, xmin + 3});
        assertFalse(snapshot.sees((int) (xmin - 3_000_000_000L)), "its 32 bits look like those of one to come");
        assertTrue(snapshot.seesOneBefore((int) (xmin - 3_000_000_000L)));
        assertTrue(snapshot.seesOneBefore((int) (xmin - 1)));
        assertFalse(snapshot.seesOneBefore((int) xmin));
        assertTrue(snapshot.seesOneBefore((int) (xmin + 2)));
        assertFalse(snapshot.seesOneBefore((int) (xmin + 3)));
        assertFalse(snapshot.seesOneBefore((int) (xmin + 5)), "begun before the end of the log was read");
        assertFalse(snapshot.seesOneBefore((int) (xmin + 1_000)));
    }

    @Test
    void parse_andToString_areInverse() {
        for (String text : new String[] {"1:1:", "100:105:101,103", "9:12:10"}) {
            assertEquals(text, Visibility.parse(text).toString());
        }
    }

    @Test
    void parse_otherText_isRefused() {
        assertThrows(IllegalArgumentException.class, () -> Visibility.parse("100:105"));
        assertThrows(IllegalArgumentException.class, () -> Visibility.parse("a:b:c"));
    }
}
