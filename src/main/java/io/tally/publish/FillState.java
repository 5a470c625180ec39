package io.tally.publish;

import io.tally.window.LostGround;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How often this engine has filled the results from the orders table, and what for.
 *
 * @param fills how often, the first start included
 * @param latest the latest of them, newest first, at most {@link #MOST_KEPT}
 */
public record FillState(long fills, List<Fill> latest) {

    /**
     * One filling.
     *
     * @param reason code of the reason, {@code first-start} for the very first
     * @param explanation one line for an operator
     * @param atMs when it was done, epoch ms
     * @param tookMs how long it took
     */
    public record Fill(String reason, String explanation, long atMs, long tookMs) {}

    static final int MOST_KEPT = 10;

    static final FillState NONE = new FillState(0, List.of());

    /** The name under which the very first filling is reported. */
    static final String FIRST_START = "first-start";

    FillState filled(Optional<LostGround.Reason> reason, String explanation, long nowMs, long tookMs) {
        Fill fill = new Fill(reason.map(LostGround.Reason::code).orElse(FIRST_START), explanation, nowMs, tookMs);
        return new FillState(
                fills + 1,
                Stream.concat(Stream.of(fill), latest.stream()).limit(MOST_KEPT).toList());
    }

    /** Code of the reason of the last one, or null if there was none. */
    String lastReason() {
        return latest.isEmpty() ? null : latest.getFirst().reason();
    }
}
