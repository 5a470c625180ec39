package io.tally.view.expression;

import java.util.List;

/** {@code AND} or {@code OR} between conditions. */
public record Junction(boolean and, List<Condition> operands) implements Condition {

    @Override
    public int test(RowImage row) {
        int decisive = and ? FALSE : TRUE;
        int result = and ? TRUE : FALSE;
        for (Condition operand : operands) {
            int one = operand.test(row);
            if (one == decisive) {
                return decisive;
            }
            if (one == UNKNOWN) {
                result = UNKNOWN;
            }
        }
        return result;
    }

    @Override
    public boolean nullable() {
        return operands.stream().anyMatch(Expression::nullable);
    }

    @Override
    public void sql(StringBuilder out) {
        out.append('(');
        for (int i = 0; i < operands.size(); i++) {
            out.append(i == 0 ? "" : and ? " AND " : " OR ");
            operands.get(i).sql(out);
        }
        out.append(')');
    }
}
