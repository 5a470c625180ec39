package io.tally.simulation;

import java.util.logging.Level;
import java.util.logging.Logger;

/** Runs seeds one after another and adds up what happened. */
final class Simulation {

    /** Kept here, because a logger that nobody refers to forgets its level. */
    private static final Logger QUIET = Logger.getLogger("io.tally");

    static {
        QUIET.setLevel(Level.OFF);
    }

    private final long[] happened = new long[FaultKind.count()];
    private long schedules;

    /** A run that went wrong. */
    record Failure(Plan plan, String what) {}

    /** Runs a seed. Returns the failure, or null. */
    Failure run(long seed) {
        return run(Plan.of(seed));
    }

    Failure run(Plan plan) {
        World world = new World(plan);
        String wrong = world.run();
        schedules++;
        for (int i = 0; i < happened.length; i++) {
            happened[i] += world.happened()[i];
        }
        return wrong == null ? null : new Failure(plan, wrong);
    }

    long schedules() {
        return schedules;
    }

    long happened(FaultKind kind) {
        return happened[kind.ordinal()];
    }

    void add(Simulation other) {
        schedules += other.schedules;
        for (int i = 0; i < happened.length; i++) {
            happened[i] += other.happened[i];
        }
    }

    /** One line for a report. */
    String summary(double seconds) {
        StringBuilder text = new StringBuilder();
        text.append(String.format("simulation: %d schedules in %.1f s;", schedules, seconds));
        for (FaultKind kind : FaultKind.values()) {
            text.append(' ')
                    .append(kind.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'));
            text.append('=').append(happened[kind.ordinal()]);
        }
        return text.toString();
    }
}
