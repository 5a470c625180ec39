package io.tally.view.expression;

/** Conditions about one thing: a boolean column, a literal, {@code NOT}, {@code IS}. */
public sealed interface Logic extends Condition {

    /** A boolean column. */
    record Column(ColumnRef column) implements Logic {

        @Override
        public int test(RowImage row) {
            return column.nullable() && row.isNull(column.index()) ? UNKNOWN : (int) row.units(column.index());
        }

        @Override
        public boolean nullable() {
            return column.nullable();
        }

        @Override
        public void sql(StringBuilder out) {
            column.sql(out);
        }
    }

    /** {@code true}, {@code false}, or NULL as {@link #UNKNOWN}. */
    record Literal(int value) implements Logic {

        @Override
        public int test(RowImage row) {
            return value;
        }

        @Override
        public boolean nullable() {
            return value == UNKNOWN;
        }

        @Override
        public void sql(StringBuilder out) {
            out.append(value == UNKNOWN ? "NULL::boolean" : value == TRUE ? "true" : "false");
        }
    }

    /** {@code NOT x}. */
    record Not(Condition operand) implements Logic {

        @Override
        public int test(RowImage row) {
            int value = operand.test(row);
            return value == UNKNOWN ? UNKNOWN : TRUE - value;
        }

        @Override
        public boolean nullable() {
            return operand.nullable();
        }

        @Override
        public void sql(StringBuilder out) {
            out.append("(NOT ");
            operand.sql(out);
            out.append(')');
        }
    }

    /** {@code x IS TRUE}, {@code IS FALSE} or {@code IS UNKNOWN}. */
    record Is(Condition operand, int value) implements Logic {

        @Override
        public int test(RowImage row) {
            return operand.test(row) == value ? TRUE : FALSE;
        }

        @Override
        public boolean nullable() {
            return false;
        }

        @Override
        public void sql(StringBuilder out) {
            out.append('(');
            operand.sql(out);
            out.append(value == UNKNOWN ? " IS UNKNOWN)" : value == TRUE ? " IS TRUE)" : " IS FALSE)");
        }
    }

    /** {@code x IS NULL}. */
    record IsNull(Expression operand) implements Logic {

        @Override
        public int test(RowImage row) {
            return operand.isNull(row) ? TRUE : FALSE;
        }

        @Override
        public boolean nullable() {
            return false;
        }

        @Override
        public void sql(StringBuilder out) {
            out.append('(');
            operand.sql(out);
            out.append(" IS NULL)");
        }
    }
}
