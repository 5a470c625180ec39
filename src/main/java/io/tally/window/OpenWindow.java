package io.tally.window;

import io.tally.view.expression.NumberExpression;
import java.math.BigDecimal;
import java.util.Arrays;
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

    /** Sums over its groups. */
    OpenTotals totals(int count) {
        Sum[] sums = new Sum[count];
        for (int total = 0; total < count; total++) {
            sums[total] = new Sum(total);
            groups.forEach(sums[total]);
        }
        return new OpenTotals(
                startMs, correction, Arrays.stream(sums).map(Sum::exact).toList(), groups.size());
    }

    private final class Sum implements IntConsumer {

        private final int total;
        private long units;
        private BigDecimal beyond = BigDecimal.ZERO;

        Sum(int total) {
            this.total = total;
        }

        @Override
        public void accept(int slot) {
            long more = groups.units(slot, total);
            long sum = units + more;
            if (more != NumberExpression.OUTSIDE && ((units ^ sum) & (more ^ sum)) >= 0) {
                units = sum;
            } else {
                beyond = beyond.add(groups.sum(slot, total));
            }
        }

        BigDecimal exact() {
            return beyond.add(BigDecimal.valueOf(units, groups.scale(total)));
        }
    }
}
