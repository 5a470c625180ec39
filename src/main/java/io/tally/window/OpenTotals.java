package io.tally.window;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/**
 * Totals of a window in this engine that no batch has taken yet, over all its partitions and groups.
 *
 * @param startMs start of the window, epoch ms
 * @param correction whether a part of it is published, so that this is what is to be added
 * @param totals signed, in the order of the view's
 * @param groups of all partitions: one that several add to counts several times
 */
public record OpenTotals(long startMs, boolean correction, List<BigDecimal> totals, long groups) {

    OpenTotals plus(OpenTotals other) {
        List<BigDecimal> sums = new ArrayList<>();
        for (int total = 0; total < totals.size(); total++) {
            sums.add(totals.get(total).add(other.totals.get(total)));
        }
        return new OpenTotals(startMs, correction || other.correction, List.copyOf(sums), groups + other.groups);
    }
}
