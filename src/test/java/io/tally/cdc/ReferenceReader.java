package io.tally.cdc;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tally.cdc.RowChange.Op;
import io.tally.view.SourceColumn;
import io.tally.view.Type;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * What a record means, read the plain way: a Jackson tree of it, looked at with {@code BigDecimal} and {@code
 * java.time}. Shares no line with the decoder, which is measured against it.
 */
final class ReferenceReader {

    /** The record cannot be counted. */
    static final class Rejected extends Exception {
        private static final long serialVersionUID = 1L;

        Rejected(String why) {
            super(why);
        }
    }

    /** A row image, its values as texts; null stands for one that is not there. */
    record Row(List<String> values) {}

    /**
     * A change; {@code transactionId} and {@code lastCommitLsn} are null if unknown, {@code orderId} is decoded text, empty if
     * there is none.
     */
    record Change(
            Op op,
            Row before,
            Row after,
            String orderId,
            Integer transactionId,
            long lsn,
            Long lastCommitLsn,
            long commitTimeMs) {}

    private static final String UNAVAILABLE = "__debezium_unavailable_value";

    private static final List<String> COLUMNS = Tables.NAMES.all();

    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
    private static final JsonFactory FACTORY = JSON.getFactory();

    private final UpdateMode updates;
    private final TableColumns table;

    private ColumnTypes types;

    ReferenceReader(UpdateMode updates, TableColumns table) {
        this.updates = updates;
        this.table = table;
    }

    Change read(byte[] value) throws Rejected {
        if (value == null) {
            return about(Op.TOMBSTONE);
        }
        JsonNode record = tree(value);
        demand(record.isObject(), "no object");
        boolean wrapped = record.path("payload").isObject() && !isEnvelope(record) && !isRow(record);
        JsonNode object = wrapped ? record.get("payload") : record;
        types = wrapped ? ReferenceSchema.types(record.path("schema"), table.types()) : table.types();
        if (isEnvelope(object)) {
            return envelope(object);
        }
        return isRow(object) ? row(object) : other(object);
    }

    private static boolean isEnvelope(JsonNode object) {
        return object.hasNonNull("op");
    }

    private static boolean isRow(JsonNode object) {
        long columns = COLUMNS.stream().filter(object::has).count();
        return object.has("__op") || object.has("__deleted") || columns >= 2;
    }

    private Change envelope(JsonNode envelope) throws Rejected {
        demand(envelope.get("op").isTextual(), "operation is no text");
        JsonNode source = envelope.path("source");
        return change(envelope.get("op").textValue(), envelope.path("before"), envelope.path("after"), source);
    }

    /** A row is made an envelope of, with whatever was added to it as the source. */
    private Change row(JsonNode row) throws Rejected {
        String op;
        if (row.hasNonNull("__op")) {
            demand(row.get("__op").isTextual(), "operation is no text");
            op = row.get("__op").textValue();
        } else if (row.path("__deleted").asText().equals("true")) {
            op = "d";
        } else {
            demand(updates == UpdateMode.APPEND, "no operation");
            op = "u";
        }
        ObjectNode source = JSON.createObjectNode();
        for (String field : List.of("txId", "lsn", "sequence", "snapshot", "schema", "table")) {
            if (row.has("__" + field)) {
                source.set(field, row.get("__" + field));
            }
        }
        if (row.has("__source_ts_ms")) {
            source.set("ts_ms", row.get("__source_ts_ms"));
        }
        return op.equals("d") ? change(op, row, NullNode.instance, source) : change(op, NullNode.instance, row, source);
    }

    private static Change other(JsonNode object) throws Rejected {
        if (object.size() == 2 && object.has("schema") && object.path("payload").isNull()) {
            return about(Op.TOMBSTONE);
        }
        if (object.size() == 1 && object.path("ts_ms").isNumber()) {
            return about(Op.HEARTBEAT);
        }
        if (object.path("id").isTextual()
                && Set.of("BEGIN", "END").contains(object.path("status").asText(""))
                && object.path("status").isTextual()) {
            return about(Op.TRANSACTION);
        }
        if (object.path("ddl").isTextual() || object.path("tableChanges").isArray()) {
            return about(Op.SCHEMA_CHANGE);
        }
        demand(object.path("type").isTextual() && object.path("data").isObject(), "unknown shape");
        return about(Op.SIGNAL);
    }

    private static Change about(Op op) {
        return new Change(op, null, null, "", null, RowChange.NO_LSN, null, RowChange.NO_TIME);
    }

    private Change change(String op, JsonNode beforeImage, JsonNode afterImage, JsonNode source) throws Rejected {
        demand(op.matches("\\p{ASCII}"), "operation is no letter");
        String table = source.path("table").textValue();
        String schema = source.path("schema").textValue();
        if (!op.equals("m") && source.isObject() && table != null) {
            if (!table.equals("orders") || schema != null && !schema.equals("public")) {
                return about(table.equals("debezium_signal") ? Op.SIGNAL : Op.OTHER_TABLE);
            }
        }
        demand(Set.of("c", "u", "d", "r", "t", "m").contains(op), "unknown operation");
        boolean retracts = updates == UpdateMode.RETRACT && (op.equals("u") || op.equals("d"));
        boolean adds = Set.of("c", "u", "r").contains(op);
        demand(!retracts || isWritten(beforeImage), "nothing but nulls");
        Row before = retracts ? image(beforeImage) : null;
        Row after = adds ? image(afterImage) : null;
        String orderId = "";
        if (adds || retracts) {
            orderId = orderId(adds ? afterImage : beforeImage);
        } else if (op.equals("d")) {
            orderId = absent(beforeImage.path("order_id")) ? "" : normal(beforeImage.get("order_id"));
        }
        return withSource(kind(op, source), before, after, orderId, source);
    }

    static JsonNode tree(byte[] value) throws Rejected {
        demand(!isNotUtf8(value), "not UTF-8");
        try (JsonParser parser = new ExponentTamer(FACTORY.createParser(value))) {
            JsonNode tree = JSON.readTree(parser);
            demand(tree != null && parser.nextToken() == null, "empty or with a tail");
            return tree;
        } catch (IOException e) {
            throw new Rejected(e.getMessage());
        }
    }

    /**
     * What Jackson takes but should not: UTF-16 and UTF-32, which it guesses at by zeros and byte order marks in front,
     * and a name with 0xFF before its last bytes, which it takes for the name without, if it has seen that one before
     * (its table of names pads with 0xFF).
     */
    private static boolean isNotUtf8(byte[] value) {
        for (int i = 0; i < value.length; i++) {
            if (value[i] == 0 && i < 4 || (value[i] & 0xFF) >= 0xF8) {
                return true;
            }
        }
        return false;
    }

    /** Exponents beyond BigDecimal's are JSON all the same: stand-ins that are as far out of any range. */
    private static final class ExponentTamer extends JsonParserDelegate {
        ExponentTamer(JsonParser parser) {
            super(parser);
        }

        @Override
        public BigDecimal getDecimalValue() throws IOException {
            String text = getText();
            try {
                return new BigDecimal(text);
            } catch (NumberFormatException e) {
                return new BigDecimal(ReferenceTexts.isZero(text) ? "0" : "1E+999999999");
            }
        }
    }

    private static Op kind(String op, JsonNode source) {
        return switch (op) {
            case "c" -> Op.INSERT;
            case "u" -> Op.UPDATE;
            case "d" -> Op.DELETE;
            case "r" ->
                "incremental".equals(source.path("snapshot").textValue()) ? Op.INCREMENTAL_SNAPSHOT : Op.SNAPSHOT;
            case "t" -> Op.TRUNCATE;
            default -> Op.MESSAGE;
        };
    }

    private Row image(JsonNode row) throws Rejected {
        demand(row.isObject(), "no row");
        List<String> values = new ArrayList<>();
        for (int i = 0; i < table.count(); i++) {
            SourceColumn column = table.column(i);
            JsonNode value = row.path(column.ref().name());
            demand(!value.isMissingNode(), "column missing");
            demand(!value.isNull() || column.ref().nullable(), "null");
            values.add(value.isNull() ? null : value(value, column.type(), i));
        }
        return new Row(values);
    }

    private static boolean isWritten(JsonNode row) {
        return Tables.ORDERS.stream().anyMatch(row::hasNonNull);
    }

    private String value(JsonNode value, Type type, int column) throws Rejected {
        return switch (type.kind()) {
            case INTEGER -> integer(value, 31);
            case BIGINT -> integer(value, 63);
            case NUMERIC -> ReferenceTexts.decimal(value, types.decimals(column), type);
            case TIMESTAMPTZ -> ReferenceTexts.time(value, types.unit(column));
            default -> throw new AssertionError(type);
        };
    }

    private static String integer(JsonNode value, int bits) throws Rejected {
        demand(value.isIntegralNumber(), "no integer");
        demand(value.bigIntegerValue().bitLength() <= bits, "too many bits");
        return ReferenceTexts.shortest(new BigDecimal(value.bigIntegerValue()));
    }

    private static String orderId(JsonNode row) throws Rejected {
        JsonNode id = row.path("order_id");
        demand(!absent(id) && !UNAVAILABLE.equals(id.textValue()), "no order id");
        return normal(id);
    }

    private static String normal(JsonNode id) {
        return normal(id.isTextual() ? id.textValue() : id.toString());
    }

    /** A key in one writing, whatever it was written as. */
    static String normal(String key) {
        return normal(key.getBytes(StandardCharsets.UTF_8));
    }

    /** The same of its bytes, which Java may not take for the text that Jackson does: in longer forms than needed. */
    static String normal(byte[] key) {
        try {
            return tree(key).toString();
        } catch (Rejected noJson) {
            return new String(key, StandardCharsets.UTF_8);
        }
    }

    private static Change withSource(Op op, Row before, Row after, String orderId, JsonNode source) throws Rejected {
        demand(source.isObject() || source.isNull() || source.isMissingNode(), "source is no object");
        Long txId = longOrNull(source.path("txId"));
        Long lsn = longOrNull(source.path("lsn"));
        Long timeMs = longOrNull(source.path("ts_ms"));
        JsonNode snapshot = source.path("snapshot");
        demand(absent(snapshot) || snapshot.isTextual() || snapshot.isBoolean(), "snapshot");
        demand(lsn == null || lsn >= 0, "negative LSN");
        return new Change(
                op,
                before,
                after,
                orderId,
                txId == null ? null : txId.intValue(),
                lsn == null ? RowChange.NO_LSN : lsn,
                lastCommitLsn(source.path("sequence")),
                timeMs == null ? RowChange.NO_TIME : timeMs);
    }

    private static Long lastCommitLsn(JsonNode sequence) throws Rejected {
        if (absent(sequence)) {
            return null;
        }
        demand(sequence.isTextual(), "sequence is no text");
        JsonNode parts = ReferenceTexts.arrayIn(sequence.textValue());
        demand(parts.isArray() && parts.size() == 2, "sequence is no pair");
        ReferenceTexts.lsn(parts.get(1));
        return ReferenceTexts.lsn(parts.get(0));
    }

    private static Long longOrNull(JsonNode value) throws Rejected {
        if (absent(value)) {
            return null;
        }
        demand(value.isIntegralNumber() && value.canConvertToLong(), "no 64-bit integer");
        return value.longValue();
    }

    private static boolean absent(JsonNode value) {
        return value.isMissingNode() || value.isNull();
    }

    static void demand(boolean holds, String why) throws Rejected {
        if (!holds) {
            throw new Rejected(why);
        }
    }
}
