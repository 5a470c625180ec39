package io.tally.publish;

import io.tally.view.View;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Settings of this package, as plain values.
 *
 * @param rowSettings what shapes the rows, by the names users know; a start with others is refused
 * @param view what is kept
 * @param maxFutureSeconds how far ahead of the clock a row may be dated and still move the watermark
 * @param historyOlderThan windows that have been over for longer than this are left alone when results are filled again
 * @param needsOldRows whether changes are only of use with the row they replace
 * @param slot the connector's replication slot
 * @param restartMargin how long a filling waits for transactions under way, before it reads all of the topic again instead
 * @param createSchema whether to create missing tables
 * @param rebuild fill the results again at the first takeover, whatever they hold
 * @param stopOnDataLoss leave partitions alone when their results are worthless, instead of filling them again
 * @param audit how they are compared with the source
 */
public record PublishSettings(
        Map<String, String> rowSettings,
        View view,
        long maxFutureSeconds,
        Optional<Duration> historyOlderThan,
        boolean needsOldRows,
        String slot,
        Duration restartMargin,
        boolean createSchema,
        boolean rebuild,
        boolean stopOnDataLoss,
        Audit audit) {

    /**
     * How results are compared with the source.
     *
     * @param offBecause why they are not, or empty
     * @param every time between comparisons, at least
     * @param range how far back from the newest final window
     */
    public record Audit(Optional<String> offBecause, Duration every, Duration range) {}

    /** The name of what says what the view is, in PostgreSQL's words. */
    public static final String VIEW = "view";

    /** The name of what says of which types the columns are that it reads. */
    public static final String COLUMNS = "columns";

    /** Kept with the results, though it shapes no row: the word for which they were filled again when that was asked for. */
    public static final String REBUILD = "tally.rebuild";

    /** The name of the row setting that says what is history. */
    public static final String HISTORY = "tally.history-older-than";
}
