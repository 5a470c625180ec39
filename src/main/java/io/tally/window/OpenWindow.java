package io.tally.window;

import java.math.BigInteger;

/** A window with deltas that are not published, and where to read them again. */
final class OpenWindow {

    final long startMs;
    final ResumePoint resumePoint;
    final long openedAtMs;
    final boolean correction;
    final CustomerTotals totals = new CustomerTotals();

    /**
     * @param resumePoint from where a restart reads all contributions to this window again
     * @param openedAtMs when the first contribution came, on our clock
     * @param correction whether the window had been published before that
     */
    OpenWindow(long startMs, ResumePoint resumePoint, long openedAtMs, boolean correction) {
        this.startMs = startMs;
        this.resumePoint = resumePoint;
        this.openedAtMs = openedAtMs;
        this.correction = correction;
    }

    /** What it holds, summed up. */
    OpenSales sales() {
        Sum sum = new Sum();
        totals.forEach(sum);
        return new OpenSales(startMs, correction, sum.orders, sum.amountUnits(), totals.size());
    }

    private static final class Sum implements CustomerTotals.Visitor {

        private long orders;
        private long units;
        private BigInteger overflow = BigInteger.ZERO;

        @Override
        public void delta(int customerId, long orderCount, long amountUnits) {
            orders += orderCount;
            long sum = units + amountUnits;
            if (((units ^ sum) & (amountUnits ^ sum)) < 0) {
                overflow = overflow.add(BigInteger.valueOf(units));
                sum = amountUnits;
            }
            units = sum;
        }

        @Override
        public void wideDelta(int customerId, long orderCount, BigInteger amountUnits) {
            orders += orderCount;
            overflow = overflow.add(amountUnits);
        }

        BigInteger amountUnits() {
            return overflow.add(BigInteger.valueOf(units));
        }
    }
}
