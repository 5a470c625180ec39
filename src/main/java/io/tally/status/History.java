package io.tally.status;

import io.quarkus.runtime.Startup;
import io.tally.cdc.RowChange;
import io.tally.ingest.Readers;
import io.tally.publish.ViewEngine;
import io.tally.publish.ViewEngines;
import io.tally.window.Progress;
import io.tally.window.Shard;
import io.tally.window.WindowStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The samples of the last minutes, so that a page that is opened now shows what was before. A sample reads some counters;
 * it is taken every second for each view, whether somebody looks or not. There from the start, because a first sample that is
 * taken while the process ends could not make it any more.
 */
@Startup
@ApplicationScoped
class History {

    static final Duration KEPT = Duration.ofMinutes(10);

    private final ViewEngines views;
    private final Readers readers;
    private final InstantSource clock;
    /** By the names of views. */
    private final Map<String, OfView> ofViews = new HashMap<>();

    History(ViewEngines views, Readers readers, InstantSource clock) {
        this.views = views;
        this.readers = readers;
        this.clock = clock;
    }

    /**
     * Takes a sample of each view.
     *
     * @param nowNanos of {@link System#nanoTime()}
     */
    synchronized void sample(long nowNanos) {
        Instant now = Instant.ofEpochMilli(clock.millis());
        for (ViewEngine view : views.all()) {
            ofViews.computeIfAbsent(view.name(), name -> new OfView(name, view.store()))
                    .sample(now, nowNanos);
        }
    }

    /** The samples of a view that are kept, oldest first. */
    synchronized List<Sample> samples(String view) {
        OfView samples = ofViews.get(view);
        return samples == null ? List.of() : List.copyOf(samples.kept);
    }

    /** The newest sample of a view, or null if there is none yet. */
    synchronized Sample newest(String view) {
        OfView samples = ofViews.get(view);
        return samples == null ? null : samples.kept.peekLast();
    }

    private final class OfView {

        private final String view;
        private final WindowStore store;
        private final Deque<Sample> kept = new ArrayDeque<>();
        private final Map<Integer, Long> newestCommits = new HashMap<>();
        private long lastRead;
        private long lastNanos;

        OfView(String view, WindowStore store) {
            this.view = view;
            this.store = store;
        }

        void sample(Instant now, long nowNanos) {
            long read = store.counts().read();
            double seconds = (nowNanos - lastNanos) / 1e9;
            // Shards that are dropped while they are counted are missing for a moment.
            double perSecond = kept.isEmpty() ? 0 : Math.max(0, read - lastRead) / seconds;
            lastRead = read;
            lastNanos = nowNanos;
            long watermarkMs = store.watermarkMs(now.toEpochMilli());
            kept.addLast(new Sample(
                    now,
                    perSecond,
                    latencyMillis(),
                    watermarkMs == Shard.NO_TIME ? null : (now.toEpochMilli() - watermarkMs) / 1000.0,
                    readers.lagRecords(view),
                    store.groups()));
            while (kept.getFirst().at().isBefore(now.minus(KEPT))) {
                kept.removeFirst();
            }
        }

        private Long latencyMillis() {
            Long longest = null;
            for (Shard shard : store.shards()) {
                Progress progress = shard.progress();
                long commitMs = progress.newestCommitTimeMs();
                Long before = newestCommits.put(shard.partition(), commitMs);
                if (commitMs != RowChange.NO_TIME && before != null && commitMs > before) {
                    long latencyMs = Math.max(0, progress.quietSinceMs() - commitMs);
                    longest = longest == null ? latencyMs : Math.max(longest, latencyMs);
                }
            }
            return longest;
        }
    }
}
