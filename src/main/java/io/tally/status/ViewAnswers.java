package io.tally.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.tally.publish.ViewNow;
import io.tally.view.View;
import io.tally.window.OpenTotals;
import io.tally.window.WindowSettings;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Answers about what a view holds. Rows have the columns of its {@code SELECT}, by their names. Of what is only a part of rows,
 * or of several, sums and counts are told: what else may be worked out of them says nothing about a part.
 */
final class ViewAnswers {

    private ViewAnswers() {}

    /**
     * Partitions whose unpublished totals an answer includes. The unpublished totals of the other partitions are missing.
     *
     * @param seen partitions of this engine
     * @param replaying those of them that are still reading again what they had read before a restart
     * @param total partitions of the pipeline
     * @param complete whether nothing is missing
     * @param note what is missing, in words
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Partitions(List<Integer> seen, List<Integer> replaying, int total, boolean complete, String note) {

        static Partitions of(ViewNow.Answer answer) {
            List<Integer> seen = answer.seen();
            List<Integer> replaying = answer.replaying();
            int total = answer.partitions();
            String note = null;
            if (seen.size() < total) {
                note = "this engine has " + seen.size() + " of " + total
                        + " partitions; of the others only what is published is included";
            } else if (!replaying.isEmpty()) {
                note = "partitions " + replaying + " are still reading again what they had read before a restart";
            }
            return new Partitions(seen, replaying, total, note == null, note);
        }
    }

    /**
     * Sums over rows of the source.
     *
     * @param rows how many rows of the source there are
     * @param sums the columns of the result that are sums or counts
     */
    public record Part(long rows, Map<String, Object> sums) {

        static Part of(View view, List<BigDecimal> totals) {
            return new Part(totals.get(View.ROWS).longValue(), Cells.sums(view, totals));
        }
    }

    /** The windows that are open in this engine, newest first. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record OpenWindows(Instant watermark, List<Open> windows, String note) {}

    /**
     * An open window.
     *
     * @param unpublished what is not published yet, over all groups
     * @param correction whether a part of the window is published, so that this comes on top
     * @param closesInSeconds until the watermark can pass its end, by the clock; missing for corrections
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Open(Instant start, Instant end, Part unpublished, boolean correction, Double closesInSeconds) {

        static Open of(OpenTotals open, WindowSettings settings, long nowMs) {
            long endMs = settings.window().endMs(open.startMs());
            return new Open(
                    Instant.ofEpochMilli(open.startMs()),
                    Instant.ofEpochMilli(endMs),
                    Part.of(settings.view(), open.totals()),
                    open.correction(),
                    open.correction() ? null : Math.max(0, endMs + settings.outOfOrdernessMs() - nowMs) / 1000.0);
        }
    }

    /**
     * A window with its highest groups.
     *
     * @param finished whether every partition has published it; it can still be corrected
     * @param total over all groups
     * @param groups how many there are, of which the list shows the highest
     */
    public record Window(
            Instant start,
            Instant end,
            boolean finished,
            Part total,
            long groups,
            List<Line> top,
            Partitions partitions) {}

    /** A row of the result as it is now, and the part of it that the table does not hold yet. */
    public record Line(Map<String, Object> row, Part unpublished) {

        static Line of(View view, ViewNow.Line line) {
            return new Line(Cells.row(view, line.shown()), Part.of(view, line.unpublished()));
        }
    }

    /**
     * A group now.
     *
     * @param key its columns
     * @param since start of the oldest window that is included; missing without windows
     * @param total over all windows
     * @param windows the newest of them that hold something, newest first; without windows, the one row
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Group(
            @JsonInclude(JsonInclude.Include.ALWAYS) Map<String, Object> key,
            Instant since,
            Part total,
            List<WindowLine> windows,
            Partitions partitions) {}

    /**
     * A group in a window.
     *
     * @param start of the window; missing without windows
     * @param finished whether every partition has published it; missing without windows
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record WindowLine(Instant start, Boolean finished, Map<String, Object> row, Part unpublished) {}
}
