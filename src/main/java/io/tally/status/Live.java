package io.tally.status;

import io.tally.ingest.DeadLetterLog;
import io.tally.publish.SalesNow;
import io.tally.publish.ViewEngine;
import io.tally.publish.ViewEngines;
import io.tally.window.CustomerRanking;
import io.tally.window.OpenSales;
import io.tally.window.Progress;
import io.tally.window.Shard;
import io.tally.window.WindowSettings;
import io.tally.window.WindowStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Puts together what the page shows. Used by one thread at a time. */
@ApplicationScoped
class Live {

    private static final Logger LOG = Logger.getLogger(Live.class);

    private static final int OPEN_WINDOWS = 5;
    private static final int CLOSED_WINDOWS = 10;
    private static final int TOP_CUSTOMERS = 10;
    private static final int DEAD_LETTERS = 8;

    /** To rank so many takes some milliseconds. */
    private static final int MOST_RANKED = 100_000;

    /** The database is asked for closed windows at most for this share of the time. */
    private static final int REST_FACTOR = 50;

    private static final long SHORTEST_REST_MS = 2_000;
    /** If nobody has looked for so long, what was read about closed windows then is not shown any more. */
    private static final long FRESH_MS = 5_000;

    private final Engine engine;
    private final WindowStore store;
    private final SalesNow sales;
    private final DeadLetterLog deadLetters;
    private final WindowSettings windowSettings;
    private final InstantSource clock;

    private volatile SalesNow.LatestClosed closed;
    private volatile long askNotBeforeMs;
    private volatile boolean asking;
    private long askedAtRows = -1;
    private long lastViewMs;

    Live(Engine engine, ViewEngines views, DeadLetterLog deadLetters, InstantSource clock) {
        this.engine = engine;
        ViewEngine view = views.all().getFirst();
        this.store = view.store();
        this.sales = view.now();
        this.deadLetters = deadLetters;
        this.windowSettings = view.windowSettings();
        this.clock = clock;
    }

    /** The state now. Closed windows are those of the last answer of the database; a new one is asked for if need be. */
    LiveView view(Sample sample) {
        long nowMs = clock.millis();
        EngineStatus status = engine.status();
        if (nowMs - lastViewMs > FRESH_MS) {
            closed = null;
            askedAtRows = -1;
        }
        lastViewMs = nowMs;
        askForClosed(status, nowMs);
        SalesNow.LatestClosed latest = closed;
        List<OpenSales> filling = store.newestOpen(OPEN_WINDOWS).stream()
                .filter(window -> !window.correction())
                .toList();
        return new LiveView(
                status,
                sample,
                filling.stream().map(window -> open(window, nowMs)).toList(),
                current(filling, nowMs).orElse(null),
                latest == null
                        ? null
                        : latest.windows().stream().map(Live::closed).toList(),
                latest == null
                        ? null
                        : latest.top().stream().map(Live::customer).toList(),
                DeadLettersResource.view(deadLetters, DEAD_LETTERS),
                windowSettings.maxEntries());
    }

    private static LiveView.Closed closed(SalesNow.Closed window) {
        return new LiveView.Closed(
                Instant.ofEpochMilli(window.windowStartMs()),
                SalesView.money(window.grossSales()),
                window.orderCount(),
                window.customers());
    }

    private static LiveView.Customer customer(SalesNow.Line line) {
        return new LiveView.Customer(line.customerId(), SalesView.money(line.grossSales()), line.orderCount());
    }

    private SalesView.Open open(OpenSales window, long nowMs) {
        return SalesView.Open.of(window, windowSettings, nowMs);
    }

    private Optional<LiveView.Current> current(List<OpenSales> filling, long nowMs) {
        long newestMs = store.shards().stream()
                .map(Shard::progress)
                .mapToLong(Progress::newestEventTimeMs)
                .max()
                .orElse(Shard.NO_TIME);
        return filling.stream()
                .filter(window -> window.startMs() <= newestMs)
                .findFirst()
                .map(window -> ranked(window, nowMs));
    }

    private LiveView.Current ranked(OpenSales window, long nowMs) {
        if (window.entries() > MOST_RANKED) {
            return new LiveView.Current(open(window, nowMs), null, List.of());
        }
        CustomerRanking ranking = store.rankOpen(window.startMs(), TOP_CUSTOMERS);
        return new LiveView.Current(
                open(window, nowMs),
                ranking.customers(),
                ranking.top().stream()
                        .map(entry -> new LiveView.Customer(
                                entry.customerId(), SalesView.money(entry.amount()), entry.orders()))
                        .toList());
    }

    private void askForClosed(EngineStatus status, long nowMs) {
        long rows = status.publishing().rows();
        if (asking || rows == askedAtRows || nowMs < askNotBeforeMs) {
            return;
        }
        asking = true;
        askedAtRows = rows;
        sales.latestClosed(CLOSED_WINDOWS, TOP_CUSTOMERS).whenComplete((answer, failure) -> {
            if (failure == null) {
                closed = answer;
            } else {
                LOG.debugf("no answer about closed windows: %s", failure);
            }
            long tookMs = clock.millis() - nowMs;
            askNotBeforeMs = clock.millis() + Math.max(SHORTEST_REST_MS, REST_FACTOR * tookMs);
            asking = false;
        });
    }
}
