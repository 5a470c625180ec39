package io.tally.status;

import io.tally.publish.ViewEngine;
import io.tally.publish.ViewNow;
import io.tally.view.View;
import io.tally.window.GroupRanking;
import io.tally.window.OpenTotals;
import io.tally.window.Progress;
import io.tally.window.Shard;
import io.tally.window.Waiting;
import io.tally.window.WindowStore;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Puts together what the page shows of a view. Used by one thread at a time. */
final class ViewLive {

    private static final Logger LOG = Logger.getLogger(ViewLive.class);

    private static final int OPEN_WINDOWS = 5;
    private static final int CLOSED_WINDOWS = 10;
    private static final int TOP_GROUPS = 10;

    /** To rank so many takes some milliseconds. */
    private static final int MOST_RANKED = 100_000;

    /** The database is asked for closed windows at most for this share of the time. */
    private static final int REST_FACTOR = 50;

    private static final long SHORTEST_REST_MS = 2_000;
    /** If nobody has looked for so long, what was read about closed windows then is not shown any more. */
    private static final long FRESH_MS = 5_000;

    private final ViewEngine engine;
    private final View view;
    private final InstantSource clock;

    private volatile ViewNow.Published published;
    private volatile long restMs;
    private volatile long askNotBeforeMs;
    private volatile boolean asking;
    private long askedAtRows = -1;
    private long lastLookMs;

    ViewLive(ViewEngine engine, InstantSource clock) {
        this.engine = engine;
        this.view = engine.view();
        this.clock = clock;
    }

    /** The state now. Its published part is the last answer of the database; a new one is asked for if need be. */
    LiveView.OfView look() {
        long nowMs = clock.millis();
        if (nowMs - lastLookMs > FRESH_MS) {
            published = null;
            askedAtRows = -1;
        }
        lastLookMs = nowMs;
        askForPublished(nowMs);
        ViewNow.Published latest = published;
        return new LiveView.OfView(
                engine.name(),
                current(nowMs).orElse(null),
                latest == null
                        ? null
                        : latest.windows().stream().map(this::closed).toList(),
                latest == null
                        ? null
                        : latest.top().stream()
                                .map(shown -> Cells.row(view, shown))
                                .toList());
    }

    private LiveView.Closed closed(ViewNow.Closed window) {
        return new LiveView.Closed(
                Instant.ofEpochMilli(window.windowStartMs()),
                ViewAnswers.Part.of(view, window.totals()),
                window.groups());
    }

    private Optional<LiveView.Current> current(long nowMs) {
        if (view.window().isEmpty()) {
            return Optional.empty();
        }
        WindowStore store = engine.store();
        long newestMs = store.shards().stream()
                .map(Shard::progress)
                .mapToLong(Progress::newestEventTimeMs)
                .max()
                .orElse(Shard.NO_TIME);
        return store.newestOpen(OPEN_WINDOWS).stream()
                .filter(window -> !window.correction() && window.startMs() <= newestMs)
                .findFirst()
                .map(window -> ranked(window, nowMs));
    }

    private LiveView.Current ranked(OpenTotals window, long nowMs) {
        ViewAnswers.Open open = ViewAnswers.Open.of(window, engine.windowSettings(), nowMs);
        if (window.groups() > MOST_RANKED) {
            return new LiveView.Current(open, null, List.of());
        }
        GroupRanking ranking = engine.store().rankOpen(window.startMs(), TOP_GROUPS);
        return new LiveView.Current(
                open,
                ranking.groups(),
                ranking.top().stream()
                        .map(entry -> Cells.row(view, window.startMs(), entry.key(), entry.totals()))
                        .toList());
    }

    private void askForPublished(long nowMs) {
        long rows = engine.publisher().state().rows();
        if (asking || rows == askedAtRows || Waiting.lasts(nowMs, askNotBeforeMs, restMs)) {
            return;
        }
        asking = true;
        askedAtRows = rows;
        engine.now().published(CLOSED_WINDOWS, TOP_GROUPS).whenComplete((answer, failure) -> {
            if (failure == null) {
                published = answer;
            } else {
                LOG.debugf("no answer about what is published, view=%s: %s", engine.name(), failure);
            }
            long tookMs = clock.millis() - nowMs;
            restMs = Math.max(SHORTEST_REST_MS, REST_FACTOR * tookMs);
            askNotBeforeMs = clock.millis() + restMs;
            asking = false;
        });
    }
}
