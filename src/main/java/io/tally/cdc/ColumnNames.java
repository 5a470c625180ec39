package io.tally.cdc;

import java.util.ArrayList;
import java.util.List;

/**
 * The columns that are read of a row, by the names they have in the records.
 *
 * @param key the columns that tell the rows of the table apart; they may be among the others
 * @param wanted those whose values count
 */
public record ColumnNames(List<String> key, List<String> wanted) {

    public ColumnNames {
        key = List.copyOf(key);
        wanted = List.copyOf(wanted);
    }

    /** All of them, those whose values count first. */
    List<String> all() {
        List<String> all = new ArrayList<>(wanted);
        key.stream().filter(column -> !wanted.contains(column)).forEach(all::add);
        return all;
    }
}
