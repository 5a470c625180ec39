package io.tally.publish;

import io.tally.view.View;
import io.vertx.sqlclient.Row;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * A group as one of the two sides has it that an audit compares, in PostgreSQL's texts: those of the same value are the same.
 *
 * @param keys with null for NULL
 * @param totals without zeros at the end of their decimals
 * @param version another one if it was written since: the transaction that wrote the row of the result last, or the sum of those
 *     that wrote the rows of the source
 */
record AuditedGroup(Instant windowStart, List<String> keys, List<String> totals, String version) {

    /**
     * The order in which both sides tell their groups: by window, then by the bytes of the keys in UTF-8, NULL last. It does not
     * depend on a collation, which two servers need not agree on.
     */
    static final Comparator<AuditedGroup> ORDER =
            Comparator.comparing(AuditedGroup::windowStart).thenComparing(AuditedGroup::keys, AuditedGroup::compare);

    /** A row of {@link ResultTable#groups()}, or of those of the source. */
    static AuditedGroup of(Row row, View view) {
        int totals = 1 + view.keys().size();
        int version = totals + view.totals().size();
        return new AuditedGroup(
                row.getOffsetDateTime(0).toInstant(),
                texts(row, 1, totals),
                texts(row, totals, version),
                row.getString(version));
    }

    private static List<String> texts(Row row, int from, int to) {
        String[] texts = new String[to - from];
        Arrays.setAll(texts, i -> row.getString(from + i));
        return Arrays.asList(texts);
    }

    private static int compare(List<String> some, List<String> others) {
        for (int key = 0; key < some.size(); key++) {
            int order = compare(some.get(key), others.get(key));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    private static int compare(String one, String another) {
        if (Objects.equals(one, another)) {
            return 0;
        }
        if (one == null || another == null) {
            return one == null ? 1 : -1;
        }
        // Strings by themselves compare in UTF-16, which puts some characters elsewhere.
        return Arrays.compareUnsigned(one.getBytes(StandardCharsets.UTF_8), another.getBytes(StandardCharsets.UTF_8));
    }
}
