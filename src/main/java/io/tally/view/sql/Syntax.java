package io.tally.view.sql;

import java.util.List;
import java.util.stream.Stream;

/** An expression as PostgreSQL prints it, not yet understood; each node knows its place in the text. */
public sealed interface Syntax {

    /** Where it begins and ends in the text, counted in chars. */
    record Span(int start, int end) {}

    Span span();

    /** Its parts, in the order of the text. */
    default List<Syntax> parts() {
        return switch (this) {
            case Name _, Constant _ -> List.of();
            case Cast cast -> List.of(cast.operand());
            case Unary unary -> List.of(unary.operand());
            case Binary binary -> List.of(binary.left(), binary.right());
            case Junction junction -> junction.operands();
            case Not not -> List.of(not.operand());
            case Is is -> List.of(is.operand());
            case Distinct distinct -> List.of(distinct.left(), distinct.right());
            case Quantified quantified -> List.of(quantified.left(), quantified.array());
            case Array array -> array.elements();
            case Call call ->
                call.filter() == null
                        ? call.arguments()
                        : Stream.concat(call.arguments().stream(), Stream.of(call.filter()))
                                .toList();
            case Case branches -> {
                Stream<Syntax> whens =
                        branches.whens().stream().flatMap(when -> Stream.of(when.condition(), when.result()));
                yield Stream.of(Stream.ofNullable(branches.operand()), whens, Stream.of(branches.otherwise()))
                        .flatMap(several -> several)
                        .toList();
            }
        };
    }

    /** A column, or any other name that stands alone. */
    record Name(String name, Span span) implements Syntax {}

    /**
     * A literal.
     *
     * @param value its text, or null
     * @param type the type it is printed with; a number without one is {@code integer} or {@code numeric}
     */
    record Constant(String value, String type, Span span) implements Syntax {}

    record Cast(Syntax operand, String type, Span span) implements Syntax {}

    record Unary(String operator, Syntax operand, Span span) implements Syntax {}

    record Binary(String operator, Syntax left, Syntax right, Span span) implements Syntax {}

    /** {@code AND} or {@code OR} between two operands or more. */
    record Junction(boolean and, List<Syntax> operands, Span span) implements Syntax {}

    record Not(Syntax operand, Span span) implements Syntax {}

    /** {@code IS [NOT] NULL / TRUE / FALSE / UNKNOWN}. */
    record Is(Syntax operand, boolean negated, String what, Span span) implements Syntax {}

    /** {@code IS DISTINCT FROM}. */
    record Distinct(Syntax left, Syntax right, Span span) implements Syntax {}

    /** {@code left operator ANY (array)} or {@code ALL}. */
    record Quantified(Syntax left, String operator, boolean any, Syntax array, Span span) implements Syntax {}

    record Array(List<Syntax> elements, Span span) implements Syntax {}

    /**
     * A function or an aggregate.
     *
     * @param modifier a word that changes what an aggregate does, such as {@code DISTINCT}, or null
     * @param star whether it is called with {@code *}
     * @param filter the condition of its {@code FILTER}, or null
     */
    record Call(String name, String modifier, boolean star, List<Syntax> arguments, Syntax filter, Span span)
            implements Syntax {}

    /**
     * A {@code CASE}.
     *
     * @param operand what all its branches compare with, or null
     * @param otherwise after {@code ELSE}, which PostgreSQL always prints
     */
    record Case(Syntax operand, List<When> whens, Syntax otherwise, Span span) implements Syntax {}

    record When(Syntax condition, Syntax result) {}
}
