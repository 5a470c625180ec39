package io.tally.cdc;

import java.time.Duration;

/**
 * How long a fuzz test goes on: for so many mutants, or with {@code -Dtally.fuzz.minutes=N} for so long. Each mutant has a
 * seed of its own, counted up from the first.
 */
final class FuzzBudget {

    private static final long MINUTES = Long.getLong("tally.fuzz.minutes", 0);

    private final long seed;
    private final int mutants;
    private final long endNanos =
            System.nanoTime() + Duration.ofMinutes(MINUTES).toNanos();
    private int done;

    /**
     * @param seed unless {@code tally.fuzz.seed} says otherwise
     * @param share how many of the mutants of {@code tally.fuzz.mutants} there are, as one of so many
     */
    FuzzBudget(long seed, int share) {
        this.seed = Long.getLong("tally.fuzz.seed", seed);
        this.mutants = Math.max(1, Integer.getInteger("tally.fuzz.mutants", 200_000) / share);
    }

    boolean lasts() {
        return MINUTES == 0 ? done < mutants : System.nanoTime() < endNanos;
    }

    long nextSeed() {
        return seed + done++;
    }

    /** Mutants so far. */
    int done() {
        return done;
    }

    /** Whether all that should occur at some time should have by now. */
    boolean isLarge() {
        return done >= 50_000;
    }

    @Override
    public String toString() {
        return "seed=" + seed + " mutants=" + done + (MINUTES == 0 ? "" : " minutes=" + MINUTES);
    }
}
