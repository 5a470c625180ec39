package io.tally.view.expression;

/** Powers of ten that fit a {@code long}. */
final class Powers {

    static final int MAX = 18;
    static final long[] OF_TEN = new long[MAX + 1];

    static {
        OF_TEN[0] = 1;
        for (int i = 1; i <= MAX; i++) {
            OF_TEN[i] = OF_TEN[i - 1] * 10;
        }
    }

    private Powers() {}

    /** Units made smaller by so many places: {@link NumberExpression#OUTSIDE} if the number does not fit then. */
    static long scaled(long units, int places) {
        if (units == 0 || units == NumberExpression.NULL || units == NumberExpression.OUTSIDE) {
            return units;
        }
        if (places > MAX) {
            return NumberExpression.OUTSIDE;
        }
        return product(units, OF_TEN[places]);
    }

    static long product(long left, long right) {
        long low = left * right;
        boolean fits = Math.multiplyHigh(left, right) == low >> Long.SIZE - 1 && low != NumberExpression.NULL;
        return fits ? low : NumberExpression.OUTSIDE;
    }
}
