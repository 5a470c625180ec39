package io.tally.window;

import java.util.Arrays;

/**
 * The transactions that a database snapshot saw: those that had committed when it was taken. Immutable.
 *
 * @param xmin all transactions below it had ended
 * @param xmax no transaction at or above it had ended
 * @param inProgress those between that were still running, in rising order
 */
public record Visibility(long xmin, long xmax, long[] inProgress) {

    /** More than are begun while the end of the log is read, right after the snapshot. */
    private static final long MOST_BEGUN_MEANWHILE = 1 << 20;

    /**
     * Reads what {@code pg_current_snapshot()} prints: {@code xmin:xmax:a,b,c}, 64-bit transaction ids.
     *
     * @throws IllegalArgumentException if the text has another form
     */
    public static Visibility parse(String snapshot) {
        String[] parts = snapshot.split(":", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("not a PostgreSQL snapshot, expected xmin:xmax:list, text=" + snapshot);
        }
        long[] running = parts[2].isEmpty()
                ? new long[0]
                : Arrays.stream(parts[2].split(",")).mapToLong(Long::parseLong).toArray();
        Arrays.sort(running);
        return new Visibility(Long.parseLong(parts[0]), Long.parseLong(parts[1]), running);
    }

    /**
     * Whether the snapshot saw the transaction with these low 32 bits. They are widened by the nearest id to
     * {@code xmin}, so the answer is right for transactions less than two billion away from the snapshot.
     */
    public boolean sees(int transactionId) {
        long id = widened(transactionId);
        return id < xmin || id < xmax && Arrays.binarySearch(inProgress, id) < 0;
    }

    /**
     * The same for a transaction that has written before the end of the log that was read right after the snapshot. One of
     * those that ran then has one of their few ids; every other one is older, by up to four billion.
     */
    boolean seesOneBefore(int transactionId) {
        long id = widened(transactionId);
        return Arrays.binarySearch(inProgress, id) < 0 && (id < xmax || id >= xmax + MOST_BEGUN_MEANWHILE);
    }

    private long widened(int transactionId) {
        return xmin + (transactionId - (int) xmin);
    }

    /** The form that {@link #parse} reads. */
    @Override
    public String toString() {
        StringBuilder text =
                new StringBuilder().append(xmin).append(':').append(xmax).append(':');
        for (int i = 0; i < inProgress.length; i++) {
            text.append(i == 0 ? "" : ",").append(inProgress[i]);
        }
        return text.toString();
    }
}
