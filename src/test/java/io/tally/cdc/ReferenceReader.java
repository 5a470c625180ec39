package io.tally.cdc;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tally.window.OrderChange;
import io.tally.window.OrderChange.Op;
import io.tally.window.ValueFault;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
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

        /** What it says of the row, if the table can hold such a value; null if no table can. */
        final ValueFault fault;

        Rejected(String why) {
            this(why, null);
        }

        Rejected(String why, ValueFault fault) {
            super(why);
            this.fault = fault;
        }
    }

    /** A row image; null stands for one that is not there. */
    record Row(boolean counts, long eventTimeMs, int customerId, int quantity, long priceUnits) {}

    /** A change; {@code transactionId} and {@code lastCommitLsn} are null if unknown, {@code orderId} is decoded text, empty if there is none. */
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

    private static final List<String> COLUMNS = Columns.defaults().names();

    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
    private static final JsonFactory FACTORY = JSON.getFactory();

    private final int scale;
    private final UpdateMode updates;
    private final ColumnTypes settings;

    private final TableColumns table;

    private ColumnTypes types;
    private boolean rowCounts;

    ReferenceReader(int scale, UpdateMode updates, ColumnTypes settings, TableColumns table) {
        this.scale = scale;
        this.updates = updates;
        this.settings = settings;
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
        types = wrapped ? ReferenceSchema.types(record.path("schema"), settings) : settings;
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
        return new Change(op, null, null, "", null, OrderChange.NO_LSN, null, OrderChange.NO_TIME);
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
        demandColumn(row, "customer_id", table.customerId());
        demandColumn(row, "quantity", table.quantity());
        demandColumn(row, "price", table.price());
        demandColumn(row, "event_ts", table.eventTime());
        rowCounts = true;
        long eventTimeMs =
                value(row.get("event_ts"), table.eventTime(), time -> ReferenceTexts.time(time, types.eventTime()));
        if (!rowCounts) {
            return new Row(false, 0, 0, 0, 0);
        }
        long customerId = value(row.get("customer_id"), table.customerId(), ReferenceReader::integer);
        long quantity = value(row.get("quantity"), table.quantity(), this::pieces);
        long price = value(
                row.get("price"),
                table.price(),
                decimal -> ReferenceTexts.decimal(decimal, types.priceDecimals(), scale));
        return rowCounts
                ? new Row(true, eventTimeMs, (int) customerId, (int) quantity, price)
                : new Row(false, 0, 0, 0, 0);
    }

    private static boolean isWritten(JsonNode row) {
        return row.hasNonNull("customer_id")
                || row.hasNonNull("quantity")
                || row.hasNonNull("price")
                || row.hasNonNull("event_ts");
    }

    private static void demandColumn(JsonNode row, String name, TableColumns.Column column) throws Rejected {
        demand(row.has(name) && (column.nullable() || !row.get(name).isNull()), name + " missing or null");
    }

    private interface Reading {
        long of(JsonNode value) throws Rejected;
    }

    /** A value; if it is one that cannot be counted but is in the table, the row does not count. */
    private long value(JsonNode value, TableColumns.Column column, Reading reading) throws Rejected {
        try {
            if (!value.isNull()) {
                return reading.of(value);
            }
        } catch (Rejected e) {
            boolean inTable = switch (e.fault) {
                case null -> false;
                case NUMBER_OUT_OF_RANGE -> column.large();
                case FINER_NUMBER -> column.fine();
                default -> true;
            };
            if (!inTable) {
                throw e;
            }
        }
        rowCounts = false;
        return 0;
    }

    private long pieces(JsonNode value) throws Rejected {
        return inInteger(ReferenceTexts.decimal(value, types.quantityDecimals(), 0));
    }

    private static long integer(JsonNode value) throws Rejected {
        demand(value.isIntegralNumber(), "no integer");
        return inInteger(value.canConvertToInt() ? value.intValue() : Long.MAX_VALUE);
    }

    private static long inInteger(long value) throws Rejected {
        if (value != (int) value) {
            throw new Rejected("no 32-bit integer", ValueFault.NUMBER_OUT_OF_RANGE);
        }
        return value;
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
        try {
            return tree(key.getBytes(StandardCharsets.UTF_8)).toString();
        } catch (Rejected noJson) {
            return key;
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
                lsn == null ? OrderChange.NO_LSN : lsn,
                lastCommitLsn(source.path("sequence")),
                timeMs == null ? OrderChange.NO_TIME : timeMs);
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
