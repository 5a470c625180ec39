package io.tally.simulation;

import io.tally.window.WindowSettings;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * All that is decided before a run: sizes, settings, the faults with their times, and how probable the others are. A
 * plan can be made smaller and run again, which is how a failing one is shrunk.
 *
 * @param historyMs how long a window has to be over, if deleting its orders is to take nothing back; {@link WindowSettings#NEVER}
 *     if it always does
 * @param views those beside the one that is always kept
 * @param chances for each kind of fault by chance, in thousandths, by ordinal
 */
record Plan(
        long seed,
        int partitions,
        int instances,
        int keys,
        long chaosMs,
        int transactions,
        long meanPauseMs,
        long windowMs,
        long outOfOrdernessMs,
        long idleTimeoutMs,
        long maxFutureMs,
        long maxGroups,
        long maxPinnedMs,
        long maxPinnedRecords,
        long restartMarginMs,
        boolean connectorFirst,
        List<Planned> faults,
        int[] chances,
        boolean stopOnDataLoss,
        long historyMs,
        List<Kept> views) {

    /**
     * With them nobody can say what history has to be: it cannot be built again, and holds what was counted while they happened.
     */
    private static final Set<FaultKind> SPOIL_HISTORY = EnumSet.of(
            FaultKind.DATABASE_RESTORED,
            FaultKind.FAILED_OVER,
            FaultKind.SLOT_LOST,
            FaultKind.OLD_CONNECTOR,
            FaultKind.TOPIC_RECREATED,
            FaultKind.TRUNCATE,
            FaultKind.IDS_PASSED,
            FaultKind.IDENTITY_CHANGED,
            FaultKind.VOID_CHANGE,
            FaultKind.STANDBY_AWAY,
            FaultKind.CHECKPOINT_DELETED);

    /** In one of so many runs checkpoints are deleted. */
    private static final int WITH_DELETION = 20;

    /** One in so many runs keeps more views than one. */
    private static final int WITH_SEVERAL = 3;

    /**
     * A view that is kept beside the one that always is.
     *
     * @param filtered whether it counts some of the orders only
     * @param mirrored whether it reads a second topic, which holds the same
     * @param counting whether it counts the orders, and does not read their quantities and prices to sum up sales
     * @param addedAfterMs engines that are started later know it
     */
    record Kept(long windowMs, boolean filtered, boolean mirrored, boolean counting, long addedAfterMs) {}

    /** @param seed decides the details, so that dropping another fault does not change them */
    record Planned(FaultKind kind, long atMs, long seed) {}

    static Plan of(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        long chaosMs = 8_000 + random.nextInt(30_000);
        long windowMs = 1_000L * (1 + random.nextInt(10));
        Plan one = new Plan(
                seed,
                1 + random.nextInt(4),
                1 + random.nextInt(3),
                3 + random.nextInt(20),
                chaosMs,
                5 + random.nextInt(60),
                1 + random.nextInt(500),
                windowMs,
                random.nextInt(3_000),
                500 + random.nextInt(3_000),
                random.nextInt(10_000),
                random.nextInt(3) == 0 ? 4 + random.nextInt(20) : 100_000,
                random.nextInt(3) == 0 ? windowMs : 40_000,
                random.nextInt(3) == 0 ? 1 + random.nextInt(40) : 1_000_000,
                1_000L * (1 + random.nextInt(10)),
                random.nextInt(4) != 0,
                faults(random, chaosMs),
                chances(random),
                random.nextInt(4) == 0,
                WindowSettings.NEVER,
                List.of());
        // Of numbers of their own, so that what is drawn for one view does not depend on how many there are.
        SplittableRandom ofViews = new SplittableRandom(seed ^ 0x51EC_7EED);
        Plan all = ofViews.nextInt(WITH_SEVERAL) == 0 ? withSeveral(one, ofViews) : one;
        SplittableRandom ofDeletion = new SplittableRandom(seed ^ 0xDE1_E7ED);
        all = ofDeletion.nextInt(WITH_DELETION) == 0 ? withDeletion(all, ofDeletion) : all;
        SplittableRandom ofHistory = new SplittableRandom(seed ^ 0x415_7084);
        long historyMs = windowMs + ofHistory.nextInt(20_000);
        return ofHistory.nextBoolean() && SPOIL_HISTORY.stream().noneMatch(all::mayHave)
                ? all.copy(all.transactions, all.faults, all.chances, historyMs, all.views)
                : all;
    }

    /** Often of a partition that was not there when the results were filled. */
    private static Plan withDeletion(Plan one, SplittableRandom random) {
        List<Planned> faults = new ArrayList<>(one.faults);
        long atMs = random.nextLong(one.chaosMs);
        if (random.nextBoolean()) {
            faults.add(new Planned(FaultKind.PARTITION_ADDED, random.nextLong(1 + atMs / 2), random.nextLong()));
        }
        faults.add(new Planned(FaultKind.CHECKPOINT_DELETED, atMs, random.nextLong()));
        return one.copy(one.transactions, faults, one.chances, one.views);
    }

    private boolean mayHave(FaultKind kind) {
        return kind.isByChance() ? chances[kind.ordinal()] > 0 : has(kind);
    }

    private static Plan withSeveral(Plan one, SplittableRandom random) {
        List<Planned> faults = new ArrayList<>(one.faults);
        List<Kept> views = new ArrayList<>();
        int count = 1 + random.nextInt(3);
        // Of numbers of its own, as well.
        SplittableRandom ofCounting = new SplittableRandom(one.seed ^ 0xC0_0417);
        for (int i = 0; i < count; i++) {
            long windowMs = random.nextInt(4) == 0 ? 3_600_000 : 1_000L * (1 + random.nextInt(20));
            boolean isAdded = random.nextInt(4) == 0;
            long addedAfterMs = isAdded ? random.nextLong(one.chaosMs) : 0;
            views.add(new Kept(
                    windowMs,
                    random.nextInt(3) == 0,
                    random.nextInt(4) == 0,
                    ofCounting.nextInt(3) == 0,
                    addedAfterMs));
            if (isAdded) {
                faults.add(new Planned(FaultKind.VIEW_ADDED, addedAfterMs, random.nextLong()));
            }
        }
        int more = random.nextInt(5);
        for (int i = 0; i < more; i++) {
            FaultKind kind = FaultKind.of(FaultKind.VIEW_DROPPED.ordinal() + random.nextInt(3));
            if (kind != FaultKind.VIEW_LOST || !one.stopOnDataLoss) {
                faults.add(new Planned(kind, random.nextLong(one.chaosMs), random.nextLong()));
            }
        }
        return one.copy(one.transactions, faults, one.chances, views);
    }

    /** A few kinds a run, each some times: many kinds at once would hide what one of them can do. */
    private static List<Planned> faults(SplittableRandom random, long chaosMs) {
        List<Planned> faults = new ArrayList<>();
        int kinds = random.nextInt(5);
        for (int i = 0; i < kinds; i++) {
            FaultKind kind = FaultKind.of(random.nextInt(FaultKind.SILENCE.ordinal() + 1));
            int times = 1 + random.nextInt(3);
            for (int j = 0; j < times; j++) {
                faults.add(new Planned(kind, random.nextLong(chaosMs), random.nextLong()));
            }
        }
        return faults;
    }

    private static int[] chances(SplittableRandom random) {
        int[] chances = new int[FaultKind.count()];
        for (int i = 0; i < chances.length; i++) {
            if (FaultKind.of(i).isByChance() && random.nextInt(3) == 0) {
                chances[i] = 1 << random.nextInt(9);
            }
        }
        return chances;
    }

    boolean has(FaultKind planned) {
        return faults.stream().anyMatch(fault -> fault.kind() == planned);
    }

    Plan withFaults(List<Planned> fewer) {
        return copy(transactions, fewer, chances, views);
    }

    Plan withoutChance(FaultKind kind) {
        int[] fewer = chances.clone();
        fewer[kind.ordinal()] = 0;
        return copy(transactions, faults, fewer, views);
    }

    Plan withTransactions(int fewer) {
        return copy(fewer, faults, chances, views);
    }

    Plan withViews(List<Kept> fewer) {
        return copy(transactions, faults, chances, fewer);
    }

    private Plan copy(int newTransactions, List<Planned> newFaults, int[] newChances, List<Kept> newViews) {
        return copy(newTransactions, newFaults, newChances, historyMs, newViews);
    }

    private Plan copy(
            int newTransactions, List<Planned> newFaults, int[] newChances, long newHistoryMs, List<Kept> newViews) {
        return new Plan(
                seed,
                partitions,
                instances,
                keys,
                chaosMs,
                newTransactions,
                meanPauseMs,
                windowMs,
                outOfOrdernessMs,
                idleTimeoutMs,
                maxFutureMs,
                maxGroups,
                maxPinnedMs,
                maxPinnedRecords,
                restartMarginMs,
                connectorFirst,
                newFaults,
                newChances,
                stopOnDataLoss,
                newHistoryMs,
                newViews);
    }

    /** What is left of the plan, one thing a line. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append("seed=").append(seed).append(" partitions=").append(partitions);
        text.append(" instances=").append(instances).append(" keys=").append(keys);
        text.append(" chaosMs=").append(chaosMs).append(" transactions=").append(transactions);
        text.append(" meanPauseMs=").append(meanPauseMs).append(" windowMs=").append(windowMs);
        text.append(" outOfOrdernessMs=")
                .append(outOfOrdernessMs)
                .append(" idleTimeoutMs=")
                .append(idleTimeoutMs);
        text.append(" maxFutureMs=").append(maxFutureMs).append(" maxGroups=").append(maxGroups);
        text.append(" maxPinnedMs=")
                .append(maxPinnedMs)
                .append(" maxPinnedRecords=")
                .append(maxPinnedRecords);
        text.append(" restartMarginMs=")
                .append(restartMarginMs)
                .append(" connectorFirst=")
                .append(connectorFirst)
                .append(" stopOnDataLoss=")
                .append(stopOnDataLoss);
        if (historyMs != WindowSettings.NEVER) {
            text.append(" historyMs=").append(historyMs);
        }
        views.forEach(view -> text.append("\n  ").append(view));
        for (Planned fault : faults) {
            text.append("\n  ")
                    .append(fault.kind())
                    .append(" after ")
                    .append(fault.atMs())
                    .append(" ms");
        }
        for (int i = 0; i < chances.length; i++) {
            if (chances[i] > 0) {
                text.append("\n  ")
                        .append(FaultKind.of(i))
                        .append(" with ")
                        .append(chances[i])
                        .append(" in 1000");
            }
        }
        return text.toString();
    }
}
