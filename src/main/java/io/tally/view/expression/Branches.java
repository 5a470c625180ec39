package io.tally.view.expression;

import java.util.List;

/** Numbers of which one is taken. */
final class Branches {

    private Branches() {}

    static List<NumberExpression> aligned(List<NumberExpression> branches) {
        int scale = Rescaled.common(branches.toArray(NumberExpression[]::new));
        return branches.stream().map(branch -> Rescaled.to(scale, branch)).toList();
    }

    static int scale(List<NumberExpression> branches) {
        return Rescaled.common(branches.toArray(NumberExpression[]::new));
    }

    /** One number of digits for all that are not always NULL, or varying. */
    static int digits(List<NumberExpression> branches) {
        int digits = NumberExpression.ANY;
        for (NumberExpression branch : branches) {
            int own = branch.digits();
            if (digits == NumberExpression.ANY) {
                digits = own;
            } else if (own != NumberExpression.ANY && own != digits) {
                return NumberExpression.VARYING;
            }
        }
        return digits;
    }
}
