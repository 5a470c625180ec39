package io.tally.publish;

import io.tally.window.Doubts;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Knowledge of the source since the results were filled, as the database keeps it beside them. Immutable.
 *
 * @param look the last one, with whose facts the next is compared
 * @param doubts where rows before changes cannot be believed, the latest last
 * @param auditLsn everything has to be compared with the results as of this place in the log or later, because rows may have
 *     changed without a record; {@link #NO_AUDIT} if not
 * @param logStarts below these offsets partitions of the topic hold changes of another history, which nobody may read again
 */
public record SourceState(Look look, List<Doubts.Range> doubts, long auditLsn, Map<Integer, Long> logStarts) {

    static final long NO_AUDIT = -1;

    /** More of them are put together: what lies between is then doubted as well, which costs a fill at most. */
    private static final int MOST_DOUBTS = 20;

    /**
     * The state of results that were filled a moment ago.
     *
     * @param look as the fill saw it, while others may have been changing the table: its place in the log vouches for nothing
     */
    public static SourceState filled(Look look, boolean needsOldRows, Map<Integer, Long> logStarts) {
        Look placeless = look.at(0);
        List<String> notFull = needsOldRows ? look.notFullWithRows() : List.of();
        return new SourceState(
                placeless,
                notFull.isEmpty()
                        ? List.of()
                        : List.of(new Doubts.Range(0, Doubts.OPEN, true, LookRules.notFull(notFull))),
                NO_AUDIT,
                logStarts);
    }

    /** The last range, if it has no end yet, or null. */
    Doubts.Range openDoubt() {
        return doubts.isEmpty() || !doubts.getLast().isOpen() ? null : doubts.getLast();
    }

    boolean auditOwed() {
        return auditLsn != NO_AUDIT;
    }

    /** The same, after everything was compared as of the given place. */
    SourceState audited(long lsn) {
        return lsn < auditLsn ? this : new SourceState(look, doubts, NO_AUDIT, logStarts);
    }

    /** Whether the identity was seen not to be FULL, and is again. */
    boolean mended() {
        return openDoubt() == null && doubts.stream().anyMatch(Doubts.Range::proven);
    }

    static List<Doubts.Range> plus(List<Doubts.Range> doubts, Doubts.Range another) {
        List<Doubts.Range> all = new ArrayList<>(doubts);
        if (all.size() >= MOST_DOUBTS) {
            Doubts.Range first = all.removeFirst();
            Doubts.Range second = all.removeFirst();
            all.addFirst(new Doubts.Range(
                    Math.min(first.fromLsn(), second.fromLsn()),
                    Math.max(first.toLsn(), second.toLsn()),
                    first.proven() && second.proven(),
                    second.explanation()));
        }
        all.add(another);
        return List.copyOf(all);
    }

    JsonObject toJson() {
        JsonArray ranges = new JsonArray();
        for (Doubts.Range range : doubts) {
            ranges.add(new JsonObject()
                    .put("from", range.fromLsn())
                    .put("to", range.isOpen() ? null : range.toLsn())
                    .put("proven", range.proven())
                    .put("explanation", range.explanation()));
        }
        JsonObject starts = new JsonObject();
        logStarts.forEach((partition, offset) -> starts.put(partition.toString(), offset));
        return new JsonObject()
                .put("logStarts", starts)
                .put("look", look.toJson())
                .put("doubts", ranges)
                .put("audit", auditLsn);
    }

    /** Null for null. */
    static SourceState of(JsonObject json) {
        if (json == null) {
            return null;
        }
        List<Doubts.Range> doubts = new ArrayList<>();
        for (Object one : json.getJsonArray("doubts")) {
            JsonObject range = (JsonObject) one;
            doubts.add(new Doubts.Range(
                    range.getLong("from"),
                    range.getLong("to") == null ? Doubts.OPEN : range.getLong("to"),
                    range.getBoolean("proven"),
                    range.getString("explanation")));
        }
        Map<Integer, Long> logStarts = new HashMap<>();
        JsonObject starts = json.getJsonObject("logStarts");
        starts.fieldNames().forEach(partition -> logStarts.put(Integer.valueOf(partition), starts.getLong(partition)));
        return new SourceState(
                Look.of(json.getJsonObject("look")), List.copyOf(doubts), json.getLong("audit"), logStarts);
    }
}
