package io.tally.window;

import io.tally.view.View;
import io.tally.view.expression.NumberExpression;
import io.tally.view.expression.RowImage;
import java.math.BigDecimal;
import java.util.List;

/** A row of a group of which nothing is known but the keys. */
final class KeyImage implements RowImage {

    private final View view;
    private final Object[] parts;

    /** @param key parts as {@link Groups#key} gives them, in the order of the view's keys */
    KeyImage(View view, List<Object> key) {
        this.view = view;
        parts = new Object[view.columns().size()];
        for (int i = 0; i < key.size(); i++) {
            parts[view.keys().get(i).ref().index()] = key.get(i);
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
        return Groups.number(view.columns().get(column), parts[column]);
    }

    @Override
    public String text(int column) {
        return (String) parts[column];
    }
}
