package io.tally.view.expression;

import io.tally.view.sql.Names;

/** A text, the label of an enum or a uuid; all three are compared for equality only. */
public sealed interface TextExpression extends Expression {

    /** The value, or null. */
    String text(RowImage row);

    @Override
    default boolean isNull(RowImage row) {
        return text(row) == null;
    }

    /** A column of one of these types. */
    record Column(ColumnRef column) implements TextExpression {

        @Override
        public String text(RowImage row) {
            return isNull(row) ? null : row.text(column.index());
        }

        @Override
        public boolean isNull(RowImage row) {
            return column.nullable() && row.isNull(column.index());
        }

        @Override
        public boolean nullable() {
            return column.nullable();
        }

        @Override
        public void sql(StringBuilder out) {
            column.sql(out);
            // One collation for all, so that two columns can be compared whatever theirs are.
            out.append("::text COLLATE \"C\"");
        }
    }

    /** A literal. */
    record Literal(String value) implements TextExpression {

        @Override
        public String text(RowImage row) {
            return value;
        }

        @Override
        public boolean nullable() {
            return value == null;
        }

        @Override
        public void sql(StringBuilder out) {
            out.append(value == null ? "NULL" : Names.literal(value)).append("::text");
        }
    }
}
