package io.tally.view.sql;

import java.util.List;

/**
 * A {@code SELECT … FROM … WHERE … GROUP BY …} over one table, as PostgreSQL prints it.
 *
 * @param where its condition, or null
 */
public record Select(List<Item> items, Syntax where, List<Syntax> groups) {

    /** A column of the result. */
    public record Item(Syntax expression, String name) {}
}
