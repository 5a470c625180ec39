package io.tally.ingest;

import io.tally.cdc.DeadLetterReason;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * One line in the log for many dead letters: the first of a reason at once, after that one line an interval with how many
 * there were. Says where and which field, never what a customer ordered. Also counts them, since the start.
 */
@ApplicationScoped
public class DeadLetterLog {

    private static final Logger LOG = Logger.getLogger(DeadLetterLog.class);

    private static final Duration INTERVAL = Duration.ofSeconds(10);

    private static final class Tally {
        long total;
        long sinceLine;
        long nextLineMs;
    }

    private final Map<DeadLetterReason, Tally> tallies = new EnumMap<>(DeadLetterReason.class);

    synchronized void note(DeadLetter deadLetter, long nowMs) {
        DeadLetterReason reason = deadLetter.fault().reason();
        Tally tally = tallies.computeIfAbsent(reason, first -> new Tally());
        tally.total++;
        tally.sinceLine++;
        if (nowMs >= tally.nextLineMs) {
            LOG.warnf(
                    "dead letter, reason=%s field=%s partition=%d offset=%d, %d since the last line, %d since the start",
                    reason.code(),
                    deadLetter.fault().field(),
                    deadLetter.record().partition(),
                    deadLetter.record().offset(),
                    tally.sinceLine,
                    tally.total);
            tally.sinceLine = 0;
            tally.nextLineMs = nowMs + INTERVAL.toMillis();
        }
    }

    /** Dead letters since the start, by reason; reasons that did not occur are missing. */
    public synchronized Map<DeadLetterReason, Long> totals() {
        Map<DeadLetterReason, Long> totals = new EnumMap<>(DeadLetterReason.class);
        tallies.forEach((reason, tally) -> totals.put(reason, tally.total));
        return totals;
    }
}
