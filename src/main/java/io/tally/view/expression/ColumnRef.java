package io.tally.view.expression;

import io.tally.view.sql.Names;

/**
 * A column that is read.
 *
 * @param index its place in a {@link RowImage}
 * @param nullable whether the table lets it be NULL
 */
public record ColumnRef(int index, String name, boolean nullable) {

    void sql(StringBuilder out) {
        out.append(Names.quoted(name));
    }
}
