package io.tally.view;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * A column of the result that is made from totals, by PostgreSQL.
 *
 * @param words pieces of its SQL; between each two of them stands a total
 * @param totals these, by their place in {@link View#totals}
 * @param sum what it is if it is one sum or count; such measures of parts of a group can be added up
 */
public record Measure(List<String> words, List<Integer> totals, Optional<Sum> sum) {

    /**
     * A sum or a count.
     *
     * @param total its place in {@link View#totals}
     * @param count the place of the total that counts what is summed up; it is NULL where that is zero
     * @param nullable whether it may be
     */
    public record Sum(int total, int count, boolean nullable) {}

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
        private Optional<Sum> sum = Optional.empty();

        Builder words(String more) {
            words.set(words.size() - 1, words.getLast() + more);
            return this;
        }

        Builder total(int total) {
            totals.add(total);
            words.add("");
            return this;
        }

        /** Says that it is one sum or count and nothing else. */
        Builder isSum(int total, int count, boolean nullable) {
            sum = Optional.of(new Sum(total, count, nullable));
            return this;
        }

        Measure build() {
            return new Measure(List.copyOf(words), List.copyOf(totals), sum);
        }
    }
}
