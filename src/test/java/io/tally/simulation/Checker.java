package io.tally.simulation;

import io.tally.window.Checkpoint;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Judges a run, without looking at how the engine came to its results. The first thing found to be wrong is kept. */
final class Checker {

    /** A new start of the connector seems to go back at its first transaction, whose sequence has no first part. */
    private static final Set<FaultKind> LOOKS_LIKE_GOING_BACK = EnumSet.of(
            FaultKind.DATABASE_RESTORED, FaultKind.SNAPSHOT_REPEATED, FaultKind.SLOT_LOST, FaultKind.CONNECTOR_RESTART);

    private final World world;
    private final Set<String> deadLetters = new HashSet<>();
    private String wrong;

    Checker(World world) {
        this.world = world;
    }

    /** What is wrong, or null. */
    String wrong() {
        return wrong;
    }

    void broken(String what) {
        if (wrong == null) {
            wrong = what;
        }
    }

    void refused(String message) {
        broken("an engine refused to run: " + message);
    }

    void deadLetter(int partition, long offset) {
        deadLetters.add(world.topic.id() + "/" + partition + "/" + offset);
    }

    /** A publication moves a checkpoint: forward only, and never past a record that is in neither place. */
    void checkMove(Checkpoint from, Checkpoint to) {
        if (to.position() < from.position()) {
            broken("a position went back, from=" + from + " to=" + to);
        }
        if (to.publishedUpToMs() < from.publishedUpToMs()) {
            broken("windows are no longer published, from=" + from + " to=" + to);
        }
        if (world.database.results.pipeline.topicId().equals(world.topic.id())) {
            Set<Long> passed =
                    world.topic.partitions.get(to.partition()).undecodable.subSet(from.position(), to.position());
            for (long offset : passed) {
                if (!deadLetters.contains(world.topic.id() + "/" + to.partition() + "/" + offset)) {
                    broken("a dead letter was passed before it was taken, partition=" + to.partition() + " offset="
                            + offset);
                }
            }
        }
    }

    /** Results are not filled again for nothing: the log goes back, or seems to, only where one of these was planned. */
    void checkWentBack() {
        if (world.plan.faults().stream().noneMatch(fault -> LOOKS_LIKE_GOING_BACK.contains(fault.kind()))) {
            broken("the source's log was taken to have gone back");
        }
    }

    /** What the result table must hold for these orders. */
    static Map<Results.Row, Results.Total> recount(Source.Row[] orders, long windowMs) {
        Map<Results.Row, Results.Total> truth = new HashMap<>();
        for (Source.Row order : orders) {
            if (order != null && order.eventMs() != Source.INFINITE) {
                long startMs = Math.floorDiv(order.eventMs(), windowMs) * windowMs;
                truth.merge(
                        new Results.Row(startMs, order.customerId()),
                        new Results.Total(1, order.quantity() * order.priceCents()),
                        Results.Total::plus);
            }
        }
        return truth;
    }

    /** At the end of a run, when nothing is under way any more. */
    void checkEnd() {
        Map<Results.Row, Results.Total> truth = recount(world.source.rows, world.plan.windowMs());
        if (!truth.equals(world.database.results.orderAgg)) {
            StringBuilder difference = new StringBuilder("order_agg is not what orders add up to:");
            Set<Results.Row> rows = new HashSet<>(truth.keySet());
            rows.addAll(world.database.results.orderAgg.keySet());
            for (Results.Row row : rows) {
                Results.Total expected = truth.get(row);
                Results.Total found = world.database.results.orderAgg.get(row);
                if (expected == null || !expected.equals(found)) {
                    difference.append("\n  ").append(row).append(" expected ").append(expected);
                    difference.append(" found ").append(found);
                }
            }
            broken(difference.toString());
        }
    }
}
