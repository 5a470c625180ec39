package io.tally.publish;

import io.tally.window.LostGround;
import java.util.Optional;

/**
 * How often this engine has filled the results from the orders table, and what for.
 *
 * @param fills how often, the first start included
 * @param lastReason code of the reason of the last one, {@code first-start} for the first, null if there was none
 * @param lastExplanation one line for an operator, or null
 * @param lastAtMs when it was done, epoch ms, or 0
 * @param lastTookMs how long it took
 */
public record FillState(long fills, String lastReason, String lastExplanation, long lastAtMs, long lastTookMs) {

    static final FillState NONE = new FillState(0, null, null, 0, 0);

    /** The name under which the very first filling is reported. */
    static final String FIRST_START = "first-start";

    FillState filled(Optional<LostGround.Reason> reason, String explanation, long nowMs, long tookMs) {
        return new FillState(
                fills + 1, reason.map(LostGround.Reason::code).orElse(FIRST_START), explanation, nowMs, tookMs);
    }
}
