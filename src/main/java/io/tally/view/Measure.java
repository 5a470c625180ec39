package io.tally.view;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * A column of the result that is made from totals, by PostgreSQL.
 *
 * @param words pieces of its SQL; between each two of them stands a total
 * @param totals these, by their place in {@link View#totals}
 */
public record Measure(List<String> words, List<Integer> totals) {

    /** Whether it is a total and nothing else, which needs no column beside. */
    public boolean isTotal() {
        return totals.size() == 1 && words.stream().allMatch(String::isEmpty);
    }

    /** Its SQL, over columns of {@code numeric} that hold the totals. */
    public String sql(IntFunction<String> columnOfTotal) {
        StringBuilder sql = new StringBuilder(words.getFirst());
        for (int i = 0; i < totals.size(); i++) {
            sql.append(columnOfTotal.apply(totals.get(i))).append(words.get(i + 1));
        }
        return sql.toString();
    }

    /** A measure in the making: words and totals, one after another. */
    static final class Builder {

        private final List<String> words = new ArrayList<>(List.of(""));
        private final List<Integer> totals = new ArrayList<>();

        Builder words(String more) {
            words.set(words.size() - 1, words.getLast() + more);
            return this;
        }

        Builder total(int total) {
            totals.add(total);
            words.add("");
            return this;
        }

        Measure build() {
            return new Measure(List.copyOf(words), List.copyOf(totals));
        }
    }
}
