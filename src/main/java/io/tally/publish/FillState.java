package io.tally.publish;

import io.tally.window.DataLoss;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How often this engine has filled the results from the source, and what for.
 *
 * @param byReason how often for each reason there was, by its code
 * @param latest the latest of them, newest first, at most {@link #MOST_KEPT}
 */
public record FillState(Map<String, Long> byReason, List<Fill> latest) {

    /**
     * One filling.
     *
     * @param reason one of {@link #REASONS}
     * @param explanation one line for an operator
     * @param atMs when it was done, epoch ms
     * @param tookMs how long it took
     */
    public record Fill(String reason, String explanation, long atMs, long tookMs) {}

    /**
     * One that is under way.
     *
     * @param sinceMs when it began, epoch ms
     * @param rows of the result that were read so far
     */
    public record UnderWay(String reason, String explanation, long sinceMs, long rows) {}

    static final int MOST_KEPT = 10;

    /** Nothing was filled. */
    public static final FillState NONE = new FillState(Map.of(), List.of());

    /** The name under which the very first fill is reported. */
    static final String FIRST_START = "first-start";

    /** Codes of all there can be: {@code first-start}, and those of data loss. */
    public static final List<String> REASONS = Stream.concat(
                    Stream.of(FIRST_START),
                    Arrays.stream(DataLoss.Reason.values()).map(DataLoss.Reason::code))
            .toList();

    /** The code of a reason, of the first start without one. */
    static String code(Optional<DataLoss.Reason> reason) {
        return reason.map(DataLoss.Reason::code).orElse(FIRST_START);
    }

    FillState filled(Optional<DataLoss.Reason> reason, String explanation, long nowMs, long tookMs) {
        Fill fill = new Fill(code(reason), explanation, nowMs, tookMs);
        return new FillState(
                Stream.concat(byReason.entrySet().stream(), Stream.of(Map.entry(fill.reason(), 1L)))
                        .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, Map.Entry::getValue, Long::sum)),
                Stream.concat(Stream.of(fill), latest.stream()).limit(MOST_KEPT).toList());
    }

    /** How often for this reason. */
    public long fills(String reason) {
        return byReason.getOrDefault(reason, 0L);
    }

    /** How often, the first start included. */
    public long fills() {
        return byReason.values().stream().mapToLong(Long::longValue).sum();
    }
}
