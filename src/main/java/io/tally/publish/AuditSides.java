package io.tally.publish;

import io.tally.window.FillId;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** The two sides that an audit compares, the results and the source, and how far the pipeline is between them. */
interface AuditSides {

    /**
     * Findings of a comparison, made of two snapshots, that of the results first.
     *
     * @param untilMs end of the newest window compared, or null if none was final
     * @param lsn everything compared was written to the source's log below this place
     * @param fillId which fill of the results was compared, or null if none was
     * @param fillOwed whether they will be filled again anyway
     * @param differences groups that differ, in order, not more than {@link #MOST_DIFFERENCES}
     * @param isCut whether groups behind the last difference were not compared
     */
    record Comparison(
            Long untilMs, long lsn, FillId fillId, boolean fillOwed, List<Difference> differences, boolean isCut) {

        static final Comparison NOTHING_FINAL = new Comparison(null, 0, null, false, List.of(), false);
    }

    int MOST_DIFFERENCES = 10_000;

    /**
     * Compares final windows.
     *
     * @param everything all of them, not only the newest; history excepted
     */
    CompletionStage<Comparison> compare(boolean everything);

    /** Compares only the groups that differed, of which there has to be one. */
    CompletionStage<Comparison> compareAgain(List<Difference> differences);

    /** Whether the connector has brought everything below a place in the source's log to Kafka. */
    CompletionStage<Boolean> isCaptured(long lsn);

    /** Whether every partition has published what it had below these offsets. */
    CompletionStage<Boolean> arePublished(Map<Integer, Long> offsets);
}
