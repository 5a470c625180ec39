package io.tally.view;

import io.tally.view.expression.NumberExpression;
import io.tally.view.expression.RowImage;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;

/** A row of a {@link RandomTable}. */
final class TestRow {

    private final RandomTable table;
    private final String[] values;

    /** Of the values of its columns, as {@link RandomTable#readAll} gives them. */
    TestRow(RandomTable table, String[] values) {
        this.table = table;
        this.values = values;
    }

    String id() {
        return values[0];
    }

    private String value(SourceColumn column) {
        for (int i = 0; i < values.length; i++) {
            if (table.columns.get(i).name().equals(column.ref().name())) {
                return values[i];
            }
        }
        throw new IllegalStateException("no column " + column);
    }

    /** The image that a view gets of it. */
    RowImage image(List<SourceColumn> columns) {
        String[] own = columns.stream().map(this::value).toArray(String[]::new);
        return new RowImage() {

            @Override
            public boolean isNull(int column) {
                return own[column] == null;
            }

            @Override
            public boolean isFinite(int column) {
                return !Canonical.NOT_FINITE.equals(own[column]);
            }

            @Override
            public boolean isFar(int column) {
                return false;
            }

            @Override
            public long units(int column) {
                Type type = columns.get(column).type();
                return type.kind().isNumber()
                        ? NumberExpression.fitted(decimal(column), Math.max(type.scale(), 0))
                        : Long.parseLong(own[column]);
            }

            @Override
            public BigDecimal decimal(int column) {
                return new BigDecimal(own[column]);
            }

            @Override
            public String text(int column) {
                return own[column];
            }
        };
    }

    boolean sameAs(TestRow other) {
        return other != null && Arrays.equals(values, other.values);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < values.length; i++) {
            text.append(i == 0 ? "" : ", ")
                    .append(table.columns.get(i).name())
                    .append('=')
                    .append(values[i]);
        }
        return text.toString();
    }
}
