package io.tally.publish;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A group that the results have otherwise than the source adds up to.
 *
 * @param found what the results have, or null if they lack it
 * @param expected what the source adds up to, or null if it has no row in it
 */
record Difference(AuditedGroup found, AuditedGroup expected) {

    /** The group, as one of the sides has it. */
    AuditedGroup group() {
        return found == null ? expected : found;
    }

    /** The group and what is wrong with it, with the names that people know. */
    String inWords(ResultTable table) {
        Stream<String> keys = IntStream.range(0, group().keys().size())
                .mapToObj(key -> table.nameOfKey(key) + "=" + group().keys().get(key));
        return Stream.of(Stream.of("window=" + group().windowStart()), keys, Stream.of(fault(table)))
                .flatMap(part -> part)
                .collect(Collectors.joining(" "));
    }

    private String fault(ResultTable table) {
        if (found == null) {
            return "is missing";
        }
        if (expected == null) {
            return "should not be there";
        }
        return IntStream.range(0, found.totals().size())
                .filter(total ->
                        !found.totals().get(total).equals(expected.totals().get(total)))
                .mapToObj(total -> "%s is %s, should be %s"
                        .formatted(
                                table.nameOf(total),
                                found.totals().get(total),
                                expected.totals().get(total)))
                .collect(Collectors.joining(", "));
    }
}
