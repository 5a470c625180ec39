package io.tally.simulation;

import io.tally.view.DefaultView;
import io.tally.view.View;
import io.tally.window.WindowSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;

/** A view that the engines keep: its tables on the server, and who judges them. */
final class KeptView {

    private static final int LEAST_QUANTITY = 2;

    /** The number of the one whose windows are published in every round. */
    private static final int LIVE = 2;

    final String name;
    final Plan.Kept plan;
    final WindowSettings settings;
    final Database database;
    final Checker checker;

    /** @param number 0 for the one that is always there */
    KeptView(World world, int number, Plan.Kept plan) {
        this.name = number == 0 ? "order_agg" : "order_agg_" + number;
        this.plan = plan;
        this.settings = new WindowSettings(
                view(plan),
                world.plan.outOfOrdernessMs(),
                world.plan.idleTimeoutMs(),
                world.plan.maxFutureMs(),
                world.plan.maxGroups(),
                world.plan.maxPinnedMs(),
                world.plan.maxPinnedRecords(),
                true,
                true,
                history(world.plan, plan),
                number == LIVE);
        this.database = new Database(world, number == 0 ? "database" : "database " + number);
        this.checker = new Checker(world, this);
    }

    private static View view(Plan.Kept plan) {
        String where = plan.filtered() ? " WHERE (quantity >= %d)".formatted(LEAST_QUANTITY) : "";
        Duration window = Duration.ofMillis(plan.windowMs());
        return plan.counting() ? DefaultView.ofCounts(window, where) : DefaultView.of(window, where);
    }

    /** Whether it sums the sales up; else it counts the orders. */
    boolean hasSales() {
        return !plan.counting();
    }

    private boolean readsQuantity() {
        return hasSales() || plan.filtered();
    }

    /** Changes by offset that it can read. */
    NavigableMap<Long, Source.Change> changes(Topic.Partition partition) {
        return readsQuantity() ? partition.changesWithQuantity : partition.changes;
    }

    /** Offsets of records that are dead letters for it, whatever the replica identity is. */
    NavigableSet<Long> undecodable(Topic.Partition partition) {
        return readsQuantity() ? partition.undecodableWithQuantity : partition.undecodable;
    }

    /** Nothing is history before its window is long over. */
    private static long history(Plan plan, Plan.Kept view) {
        return plan.historyMs() == WindowSettings.NEVER
                ? WindowSettings.NEVER
                : Math.max(plan.historyMs(), view.windowMs());
    }

    boolean hasHistory() {
        return settings.historyOlderThanMs() != WindowSettings.NEVER;
    }

    /** How long a window has to be over, if deleting its orders is ever to take nothing back. */
    Optional<Duration> history() {
        return hasHistory() ? Optional.of(Duration.ofMillis(settings.historyOlderThanMs())) : Optional.empty();
    }

    /** Whether a delete takes nothing back. */
    boolean isPurge(Source.Change change, long committedAtMs) {
        Results.Row row = change.op() == 'd' && hasHistory() ? rowOf(change.before()) : null;
        return row != null && endMs(row) <= committedAtMs - settings.historyOlderThanMs();
    }

    long endMs(Results.Row row) {
        return row.windowStartMs() + windowMs();
    }

    /** What an order adds to its row. */
    Results.Total totalOf(Source.Row order) {
        return new Results.Total(1, hasSales() ? order.quantity() * order.priceCents() : 0);
    }

    /** The topic that it reads. */
    String topic() {
        return plan.mirrored() ? Topic.MIRROR : Topic.NAME;
    }

    long windowMs() {
        return plan.windowMs();
    }

    /** Whether the file of views has it by now. */
    boolean isThere(World world) {
        return world.elapsedMs() >= plan.addedAfterMs();
    }

    /** The row that an order belongs to, or null if there is none. */
    Results.Row rowOf(Source.Row order) {
        return order == null || !counts(order) || plan.filtered() && order.quantity() < LEAST_QUANTITY
                ? null
                : new Results.Row(
                        Math.floorDiv(order.eventMs(), plan.windowMs()) * plan.windowMs(), order.customerId());
    }

    private boolean counts(Source.Row order) {
        return order.eventMs() != Source.INFINITE && !(hasSales() && order.priceCents() == Source.NAN);
    }

    /** What the result table must hold for these orders. */
    Map<Results.Row, Results.Total> recount(Source.Row[] orders) {
        Map<Results.Row, Results.Total> truth = new HashMap<>();
        for (Source.Row order : orders) {
            Results.Row row = rowOf(order);
            if (row != null) {
                truth.merge(row, totalOf(order), Results.Total::plus);
            }
        }
        return truth;
    }
}
