package io.tally.window;

import io.tally.view.expression.RowImage;
import java.math.BigDecimal;

/** A row of which nothing is known but its key, a number. */
record CustomerRow(long customerId) implements RowImage {

    @Override
    public boolean isNull(int column) {
        return false;
    }

    @Override
    public boolean isFinite(int column) {
        return true;
    }

    @Override
    public boolean isFar(int column) {
        return false;
    }

    @Override
    public long units(int column) {
        return customerId;
    }

    @Override
    public BigDecimal decimal(int column) {
        return BigDecimal.valueOf(customerId);
    }

    @Override
    public String text(int column) {
        throw new IllegalStateException("a number is asked for as a text, column=" + column);
    }
}
