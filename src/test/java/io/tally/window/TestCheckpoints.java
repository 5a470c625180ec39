package io.tally.window;

import io.tally.view.Boundaries;
import io.tally.view.CalendarWindow;
import io.tally.view.DefaultView;
import io.tally.view.View;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/** What tests of shards start from. */
public final class TestCheckpoints {

    private static final long MINUTE = 60_000;

    /** Windows of a minute, five seconds out of order, one second to idleness, no history. */
    public static final WindowSettings SETTINGS = of(DefaultView.of(Duration.ofMinutes(1)));

    private TestCheckpoints() {}

    /** The same of another view. */
    public static WindowSettings of(View view) {
        return new WindowSettings(
                view, 5_000, 1_000, MINUTE, 100_000, 10 * MINUTE, 1_000_000, true, true, WindowSettings.NEVER, false);
    }

    /**
     * The same with days, in seconds since 1970: one begins at -86400, one at 0, which breaks off at 60 and begins again at 3600,
     * which is its name, and one at 90000.
     */
    static WindowSettings withDayThatBeginsTwice() {
        Long[] moments = {-86_400L, 0L, 60L, 3_600L, 90_000L, 180_000L};
        Long[] starts = {-86_400L, 3_600L, -86_400L, 3_600L, 90_000L, 180_000L};
        View view = SETTINGS.view();
        String day = "date_trunc('day'::text, event_ts, 'America/St_Johns'::text)";
        Boundaries boundaries = Boundaries.askedFor("SELECT %s AS w FROM orders GROUP BY (%1$s)".formatted(day))
                .orElseThrow()
                .answer(moments, starts);
        return of(new View(
                view.name(),
                view.schema(),
                view.table(),
                view.primaryKey(),
                view.columns(),
                Optional.of(new CalendarWindow(view.windowOrAll().column(), boundaries)),
                view.keys(),
                view.keyBytes(),
                view.where(),
                view.totals(),
                view.results(),
                view.words()));
    }

    /** The only fill at a place in the source's log. */
    public static FillId filledAt(long lsn) {
        return new FillId(new UUID(0, lsn), lsn);
    }

    /** One after which the source was restored, so that it came to that place once more. */
    public static FillId filledBeforeAt(long lsn) {
        return new FillId(new UUID(1, lsn), lsn);
    }

    /** A partition of which nothing was read. */
    public static Checkpoint fresh(int partition, UUID owner, long offset, Visibility visibility, long fillLsn) {
        return fresh(partition, owner, offset, visibility, filledAt(fillLsn));
    }

    /** The same after one of several fills at one place. */
    public static Checkpoint fresh(int partition, UUID owner, long offset, Visibility visibility, FillId fillId) {
        return new Checkpoint(
                partition,
                owner,
                0,
                offset,
                offset,
                Shard.NO_TIME,
                new long[0],
                Shard.NO_TIME,
                FilterState.NOTHING_SEEN,
                visibility,
                fillId,
                null,
                0);
    }

    /** The same progress, after which the results have to be filled again some time. */
    public static Checkpoint withOwed(Checkpoint checkpoint, DataLoss owed) {
        return with(checkpoint, checkpoint.owner(), owed);
    }

    /** The same progress with another owner. */
    public static Checkpoint withOwner(Checkpoint checkpoint, UUID owner) {
        return with(checkpoint, owner, checkpoint.owed());
    }

    private static Checkpoint with(Checkpoint checkpoint, UUID owner, DataLoss owed) {
        return new Checkpoint(
                checkpoint.partition(),
                owner,
                checkpoint.sequence(),
                checkpoint.position(),
                checkpoint.resumeOffset(),
                checkpoint.publishedUpToMs(),
                checkpoint.publishedEarly(),
                checkpoint.newestEventTimeMs(),
                checkpoint.filter(),
                checkpoint.visibility(),
                checkpoint.fillId(),
                owed,
                checkpoint.judgedLsn());
    }
}
