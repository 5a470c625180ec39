package io.tally.simulation;

import io.tally.view.DefaultView;
import io.tally.view.SourceColumn;
import io.tally.view.View;
import io.tally.view.expression.Comparison;
import io.tally.view.expression.NumberColumn;
import io.tally.view.expression.NumberLiteral;
import io.tally.window.WindowSettings;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** A view that the engines keep: its tables on the server, and who judges them. */
final class KeptView {

    private static final int LEAST_QUANTITY = 2;

    final String name;
    final Plan.Kept plan;
    final WindowSettings settings;
    final Database database;
    final Checker checker;

    /** @param number 0 for the one that is always there */
    KeptView(World world, int number, Plan.Kept plan) {
        this.name = number == 0 ? DefaultView.NAME : DefaultView.NAME + "_" + number;
        this.plan = plan;
        this.settings = new WindowSettings(
                view(plan),
                world.plan.outOfOrdernessMs(),
                world.plan.idleTimeoutMs(),
                world.plan.maxFutureMs(),
                world.plan.maxEntries(),
                world.plan.maxPinnedMs(),
                world.plan.maxPinnedRecords(),
                true,
                true,
                WindowSettings.NEVER);
        this.database = new Database(world, number == 0 ? "database" : "database " + number);
        this.checker = new Checker(world, this);
    }

    private static View view(Plan.Kept plan) {
        View all = DefaultView.of(Duration.ofMillis(plan.windowMs()));
        NumberColumn quantity = all.columns().stream()
                .map(SourceColumn::ref)
                .filter(column -> column.name().equals("quantity"))
                .map(column -> new NumberColumn(column, 0))
                .findFirst()
                .orElseThrow();
        Comparison where = Comparison.of(
                Comparison.Operator.GREATER_OR_EQUAL, quantity, NumberLiteral.of(BigDecimal.valueOf(LEAST_QUANTITY)));
        return new View(
                all.name(),
                all.schema(),
                all.table(),
                all.columns(),
                all.window(),
                all.keys(),
                all.keyBytes(),
                plan.filtered() ? where : null,
                all.totals(),
                all.results());
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
        return order == null || !order.counts() || plan.filtered() && order.quantity() < LEAST_QUANTITY
                ? null
                : new Results.Row(
                        Math.floorDiv(order.eventMs(), plan.windowMs()) * plan.windowMs(), order.customerId());
    }

    /** What the result table must hold for these orders. */
    Map<Results.Row, Results.Total> recount(Source.Row[] orders) {
        Map<Results.Row, Results.Total> truth = new HashMap<>();
        for (Source.Row order : orders) {
            Results.Row row = rowOf(order);
            if (row != null) {
                truth.merge(row, new Results.Total(1, order.quantity() * order.priceCents()), Results.Total::plus);
            }
        }
        return truth;
    }
}
