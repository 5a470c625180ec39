package io.tally.publish;

/**
 * Findings of the audit, for status and metrics. Immutable. Times are epoch ms, 0 if there is none.
 *
 * @param verdict in one word
 * @param explanation one line for an operator, or null
 * @param runs comparisons done
 * @param mismatchedRows rows of the result that differ from the source and will not come right by themselves
 * @param lastRunMs when the last comparison ended
 * @param lastTookMs how long it took
 * @param cleanUntilMs no difference was found in the windows that end at or before this time
 */
public record AuditState(
        Verdict verdict,
        String explanation,
        long runs,
        long mismatchedRows,
        long lastRunMs,
        long lastTookMs,
        long cleanUntilMs) {

    /** Verdict on the results. */
    public enum Verdict {
        /** Not audited; the explanation says why. */
        OFF,
        /** No comparison yet, or another instance of the engine does them. */
        WAITING,
        /** The last comparison found nothing; the explanation says what it left out. */
        CLEAN,
        /** Something differed; it may still be on its way. */
        CHECKING,
        /** Rows are wrong. */
        DIFFERENT
    }

    static AuditState off(String why) {
        return new AuditState(Verdict.OFF, why, 0, 0, 0, 0, 0);
    }

    /** Before the first comparison. */
    public static final AuditState INITIAL = new AuditState(Verdict.WAITING, null, 0, 0, 0, 0, 0);

    AuditState waiting(String why) {
        return new AuditState(Verdict.WAITING, why, runs, 0, lastRunMs, lastTookMs, cleanUntilMs);
    }

    AuditState compared(long nowMs, long tookMs) {
        return new AuditState(verdict, explanation, runs + 1, mismatchedRows, nowMs, tookMs, cleanUntilMs);
    }

    /** @param rest what was not compared, or null */
    AuditState clean(long untilMs, String rest) {
        return new AuditState(Verdict.CLEAN, rest, runs, 0, lastRunMs, lastTookMs, untilMs);
    }

    AuditState checking(int rows) {
        String what = rows + " rows differ; waiting until the pipeline has passed the place where that was seen";
        return new AuditState(Verdict.CHECKING, what, runs, mismatchedRows, lastRunMs, lastTookMs, cleanUntilMs);
    }

    AuditState different(int rows, String what) {
        return new AuditState(Verdict.DIFFERENT, what, runs, rows, lastRunMs, lastTookMs, cleanUntilMs);
    }
}
