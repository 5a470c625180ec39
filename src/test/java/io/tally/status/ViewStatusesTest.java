package io.tally.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tally.publish.PublishingState;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ViewStatusesTest {

    @Test
    void round_ofAViewWithWindows_closesThem() {
        ViewStatus.Round round = ViewStatuses.round(new PublishingState.Round(1_000, 5, 1, 3, 0, 900), true);
        assertEquals(Instant.ofEpochMilli(900), round.closedUpTo());
        assertEquals(105, round.afterCloseMillis());
    }

    @Test
    void round_ofAViewWithoutWindows_closesNothing() {
        long never = Long.MAX_VALUE / 1_000;
        ViewStatus.Round round = ViewStatuses.round(new PublishingState.Round(1_000, 5, 1, 3, 0, never), false);
        assertNull(round.closedUpTo());
        assertNull(round.afterCloseMillis());
    }
}
