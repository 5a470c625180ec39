package io.tally.cdc;

import java.util.ArrayList;
import java.util.List;

/**
 * The columns that are read of a row, by the names they have in the records.
 *
 * @param key the column that tells the rows of the table apart; it may be one of the others
 * @param wanted those whose values count
 */
public record ColumnNames(String key, List<String> wanted) {

    public ColumnNames {
        wanted = List.copyOf(wanted);
    }

    /** All of them, those whose values count first. */
    List<String> all() {
        List<String> all = new ArrayList<>(wanted);
        if (!wanted.contains(key)) {
            all.add(key);
        }
        return all;
    }
}
