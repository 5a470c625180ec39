package io.tally.view.expression;

import java.util.List;

/** Something that is true, false or unknown. */
public sealed interface Condition extends Expression permits Comparison, Distinctness, Junction, Logic {

    int FALSE = 0;
    int TRUE = 1;
    int UNKNOWN = 2;

    /** {@link #TRUE}, {@link #FALSE} or {@link #UNKNOWN}. */
    int test(RowImage row);

    @Override
    default boolean isNull(RowImage row) {
        return test(row) == UNKNOWN;
    }

    /** {@code operand = ANY (ARRAY[…])}, and {@code <> ALL}, which is its contrary. */
    static Condition among(Expression operand, List<? extends Expression> elements, boolean negated) {
        Comparison.Operator operator = negated ? Comparison.Operator.NOT_EQUAL : Comparison.Operator.EQUAL;
        List<Condition> each = elements.stream()
                .map(element -> (Condition) Comparison.of(operator, operand, element))
                .toList();
        return each.size() == 1 ? each.getFirst() : new Junction(negated, each);
    }
}
