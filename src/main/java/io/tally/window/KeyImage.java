package io.tally.window;

import io.tally.view.SourceColumn;
import io.tally.view.View;
import io.tally.view.expression.NumberExpression;
import io.tally.view.expression.RowImage;
import java.math.BigDecimal;
import java.util.List;

/** A row of a group of which nothing is known but the keys. */
final class KeyImage implements RowImage {

    private final Object[] parts;
    private final int[] scales;

    /** @param key parts as {@link Groups#key} gives them, in the order of the view's keys */
    KeyImage(View view, List<Object> key) {
        parts = new Object[view.columns().size()];
        scales = new int[parts.length];
        for (int i = 0; i < key.size(); i++) {
            SourceColumn column = view.keys().get(i);
            parts[column.ref().index()] = key.get(i);
            scales[column.ref().index()] = Math.max(column.type().scale(), 0);
        }
    }

    @Override
    public boolean isNull(int column) {
        return parts[column] == null;
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
        return parts[column] instanceof Long units && units > NumberExpression.OUTSIDE
                ? units
                : NumberExpression.OUTSIDE;
    }

    @Override
    public BigDecimal decimal(int column) {
        return parts[column] instanceof BigDecimal large
                ? large
                : BigDecimal.valueOf((Long) parts[column], scales[column]);
    }

    @Override
    public String text(int column) {
        return (String) parts[column];
    }
}
