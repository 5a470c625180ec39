package io.tally.ingest;

import io.tally.cdc.DeadLetterReason;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * One line in the log for many dead letters: the first of a reason at once, after that one line an interval with how many
 * there were. Says where and which field, never what a customer ordered. Also counts them, since the start, and keeps the
 * latest for those who look on.
 */
@ApplicationScoped
public class DeadLetterLog {

    private static final Logger LOG = Logger.getLogger(DeadLetterLog.class);

    /** How many of the latest are kept, and how much of their cause. */
    public static final int MOST_KEPT = 100;

    private static final int LONGEST_CAUSE = 300;

    /**
     * A dead letter.
     *
     * @param atMs when it was noticed, epoch ms
     * @param field path of the field at fault, or null if it is the record as a whole
     * @param cause names value and remedy; may hold customer data
     * @param views names of those that lack it
     */
    public record Example(
            long atMs,
            DeadLetterReason reason,
            String field,
            String cause,
            List<String> views,
            String topic,
            int partition,
            long offset) {}

    private static final Duration INTERVAL = Duration.ofSeconds(10);

    private static final class Tally {
        long total;
        long sinceLine;
        long nextLineMs;
    }

    private final Map<DeadLetterReason, Tally> tallies = new EnumMap<>(DeadLetterReason.class);
    private final Deque<Example> latest = new ArrayDeque<>();

    synchronized void note(DeadLetter deadLetter, long nowMs) {
        DeadLetterReason reason = deadLetter.fault().reason();
        Tally tally = tallies.computeIfAbsent(reason, first -> new Tally());
        tally.total++;
        tally.sinceLine++;
        keep(deadLetter, nowMs);
        if (nowMs >= tally.nextLineMs) {
            LOG.warnf(
                    "dead letter, reason=%s field=%s views=%s topic=%s partition=%d offset=%d, %d since the last line,"
                            + " %d since the start",
                    reason.code(),
                    deadLetter.fault().field(),
                    String.join(",", deadLetter.views()),
                    deadLetter.record().topic(),
                    deadLetter.record().partition(),
                    deadLetter.record().offset(),
                    tally.sinceLine,
                    tally.total);
            tally.sinceLine = 0;
            tally.nextLineMs = nowMs + INTERVAL.toMillis();
        }
    }

    private void keep(DeadLetter deadLetter, long nowMs) {
        String cause = deadLetter.fault().getMessage();
        if (latest.size() == MOST_KEPT) {
            latest.removeLast();
        }
        latest.addFirst(new Example(
                nowMs,
                deadLetter.fault().reason(),
                deadLetter.fault().field(),
                cause.length() > LONGEST_CAUSE ? cause.substring(0, LONGEST_CAUSE) + "…" : cause,
                deadLetter.views(),
                deadLetter.record().topic(),
                deadLetter.record().partition(),
                deadLetter.record().offset()));
    }

    /** The latest since the start, newest first, at most so many. */
    public synchronized List<Example> latest(int limit) {
        return latest.stream().limit(limit).toList();
    }

    /** Dead letters since the start, by reason; reasons that did not occur are missing. */
    public synchronized Map<DeadLetterReason, Long> totals() {
        Map<DeadLetterReason, Long> totals = new EnumMap<>(DeadLetterReason.class);
        tallies.forEach((reason, tally) -> totals.put(reason, tally.total));
        return totals;
    }
}
