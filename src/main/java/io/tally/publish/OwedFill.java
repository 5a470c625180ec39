package io.tally.publish;

import io.tally.window.DataLoss;
import io.tally.window.Waiting;
import io.tally.window.WindowStore;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jboss.logging.Logger;

/**
 * Has the results filled again for reasons that could come with every record, but for each of them at most once an hour.
 * Until then they are read and published on, and this says what is wrong with them and until when.
 */
public final class OwedFill {

    /** Between two fills for one reason. */
    static final Duration INTERVAL = Duration.ofHours(1);

    private static final Logger LOG = Logger.getLogger(OwedFill.class);

    /**
     * A fill that is owed.
     *
     * @param why the reason
     * @param dueAtMs when the results will be filled, epoch ms by the clock of their server, or empty if the settings say that
     *     they are not
     */
    public record Owed(DataLoss why, Optional<Long> dueAtMs) {}

    private final WindowStore store;
    private final Ledger ledger;
    private final boolean fills;
    private final Executor executor;

    private volatile Owed owed;

    /**
     * @param fills whether to fill, or only to say that it should be done
     * @param executor runs one task at a time; every step starts on it
     */
    public OwedFill(WindowStore store, Ledger ledger, boolean fills, Executor executor) {
        this.store = store;
        this.ledger = ledger;
        this.fills = fills;
        this.executor = executor;
    }

    /** The one that comes first, if any; safe to read from any thread. */
    public Optional<Owed> owed() {
        return Optional.ofNullable(owed);
    }

    /** Does what is due. The stage fails if the database does not answer; the next step tries again. */
    public CompletionStage<Void> step() {
        List<DataLoss> reasons = store.owed();
        if (reasons.isEmpty()) {
            owed = null;
            return CompletableFuture.completedStage(null);
        }
        return ledger.pipeline()
                .thenAcceptAsync(results -> results.ifPresent(found -> decide(reasons, found)), executor);
    }

    private void decide(List<DataLoss> reasons, Ledger.Pipeline results) {
        Optional<DataLoss> first = reasons.stream()
                .filter(why -> why.fillId().isSameAs(results.fillId()))
                .min(Comparator.comparingLong(why -> dueAtMs(why, results)));
        if (first.isEmpty()) {
            owed = null;
            return;
        }
        DataLoss why = first.get();
        long dueAtMs = dueAtMs(why, results);
        if (!fills) {
            note(new Owed(why, Optional.empty()));
        } else if (Waiting.lasts(results.fillTimes().nowMs(), dueAtMs, INTERVAL.toMillis())) {
            note(new Owed(why, Optional.of(dueAtMs)));
        } else {
            owed = null;
            store.loseData(why);
        }
    }

    private static long dueAtMs(DataLoss why, Ledger.Pipeline results) {
        Long filledAtMs = results.fillTimes().atMs().get(why.reason().code());
        return filledAtMs == null ? Long.MIN_VALUE : filledAtMs + INTERVAL.toMillis();
    }

    private void note(Owed found) {
        if (!found.equals(owed)) {
            owed = found;
            LOG.warnf(
                    "%s is not exact until it is filled again: %s. %s",
                    store.settings().view().name(),
                    found.why().explanation(),
                    found.dueAtMs().isPresent()
                            ? "It was filled for this reason less than an hour ago, so that waits until then"
                            : "tally.on-data-loss=stop: start once with tally.rebuild=true to fill it again");
        }
    }
}
