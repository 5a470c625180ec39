package io.tally.window;

import io.tally.view.View;
import io.tally.view.expression.NumberExpression;
import java.math.BigDecimal;
import java.util.function.IntConsumer;

/** A window with deltas that are not published, and where to read them again. */
final class OpenWindow {

    final long startMs;
    final ResumePoint resumePoint;
    final long openedAtMs;
    final boolean correction;
    final Groups groups;

    /**
     * @param resumePoint from where a restart reads all contributions to this window again
     * @param openedAtMs when the first contribution came, on our clock
     * @param correction whether the window had been published before that
     * @param groups none yet
     */
    OpenWindow(long startMs, ResumePoint resumePoint, long openedAtMs, boolean correction, Groups groups) {
        this.startMs = startMs;
        this.resumePoint = resumePoint;
        this.openedAtMs = openedAtMs;
        this.correction = correction;
        this.groups = groups;
    }

    /** What it holds of the default view, summed up. */
    OpenSales sales() {
        Sum sum = new Sum();
        groups.forEach(sum);
        int scale = groups.scale(CustomerRanking.SALES);
        return new OpenSales(
                startMs, correction, sum.orders, sum.beyond.add(BigDecimal.valueOf(sum.units, scale)), groups.size());
    }

    private final class Sum implements IntConsumer {

        private long orders;
        private long units;
        private BigDecimal beyond = BigDecimal.ZERO;

        @Override
        public void accept(int slot) {
            orders += groups.units(slot, View.ROWS);
            long more = groups.units(slot, CustomerRanking.SALES);
            long sum = units + more;
            if (more != NumberExpression.OUTSIDE && ((units ^ sum) & (more ^ sum)) >= 0) {
                units = sum;
            } else {
                beyond = beyond.add(groups.sum(slot, CustomerRanking.SALES));
            }
        }
    }
}
