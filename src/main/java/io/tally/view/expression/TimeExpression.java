package io.tally.view.expression;

/** A date in days, or a time in microseconds, both since 1970-01-01; with or without a zone. */
public sealed interface TimeExpression extends Expression {

    /** The value; meaningless where {@link #isNull} says so. */
    long units(RowImage row);

    /** A column that is a date or a time. */
    record Column(ColumnRef column) implements TimeExpression {

        @Override
        public boolean isNull(RowImage row) {
            return column.nullable() && row.isNull(column.index());
        }

        @Override
        public boolean nullable() {
            return column.nullable();
        }

        @Override
        public long units(RowImage row) {
            return row.units(column.index());
        }

        @Override
        public void sql(StringBuilder out) {
            column.sql(out);
        }
    }

    /**
     * A date or a time that is written down.
     *
     * @param sql as PostgreSQL prints it
     */
    record Literal(long value, boolean isNull, String sql) implements TimeExpression {

        @Override
        public boolean isNull(RowImage row) {
            return isNull;
        }

        @Override
        public boolean nullable() {
            return isNull;
        }

        @Override
        public long units(RowImage row) {
            return value;
        }

        @Override
        public void sql(StringBuilder out) {
            out.append(sql);
        }
    }
}
