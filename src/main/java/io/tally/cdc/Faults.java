package io.tally.cdc;

import io.tally.cdc.json.JsonCursor;
import io.tally.cdc.json.MalformedJson;
import io.tally.cdc.json.Members;
import io.tally.view.Type;
import io.tally.view.Type.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages for a record that cannot be counted: field, value, remedy. Only on the way to an exception, so it may look
 * at the record again and make strings.
 */
final class Faults {

    /** Characters of a value that are shown: enough to recognise it, and a header stays small. */
    private static final int SHOWN = 64;

    private static final int NAMES_SHOWN = 20;

    private Faults() {}

    /** @param start of the value */
    static UndecodableException notJson(MalformedJson fault, byte[] record, int start, int length) {
        String hint = length > 0 && fault.at() == start && record[start] == 0
                ? "; a value that starts with 0x00 comes from a schema registry's converter: set tally.registry.url"
                : "";
        return new UndecodableException(DeadLetterReason.NOT_JSON, null, fault.getMessage() + hint);
    }

    /** A value that is neither JSON nor begins with the id of a schema that is to be asked for. */
    static UndecodableException notJson(byte[] record, int start, int length) {
        return notJson(new MalformedJson(record, start, start, start + length, "a value"), record, start, length);
    }

    /** Bytes that do not fit their schema. */
    static UndecodableException notAvro(String message) {
        return new UndecodableException(DeadLetterReason.NOT_AVRO, null, message);
    }

    /** A value that has to name its schema, but does not. */
    static UndecodableException noWirePrefix(byte[] record, int offset, int length) {
        return notAvro("no schema id: expected 0x00 and four bytes of it, but the value "
                + (length == 0 ? "is empty" : String.format("begins with 0x%02x", record[offset]))
                + (length < WirePrefix.LENGTH ? " and has " + length + " bytes" : "")
                + "; tally.format=auto reads JSON as well");
    }

    /** A schema that the registry does not have, or that cannot be read. */
    static UndecodableException unknownSchema(int id, String fault) {
        return new UndecodableException(
                DeadLetterReason.UNKNOWN_SCHEMA,
                null,
                "schema " + id + " " + fault + "; does tally.registry.url name the registry that the connector uses?");
    }

    /** A schema that makes no sense; becomes part of another message. */
    static UndecodableException unreadableSchema(String fault) {
        return new UndecodableException(DeadLetterReason.UNKNOWN_SCHEMA, null, fault);
    }

    /** A JSON object that is none of the shapes. */
    static UndecodableException unknownShape(byte[] record, Members object) {
        List<String> names = names(record, object.start(), object.end());
        String message =
                "neither a Debezium envelope, which has op, nor a row of the table; the fields there are " + names;
        return new UndecodableException(DeadLetterReason.UNKNOWN_SHAPE, "op", message);
    }

    /** A row by itself that might have been inserted or updated. */
    static UndecodableException unknownRowOperation(byte[] record, Members row) {
        List<String> names = names(record, row.start(), row.end());
        String message = "a row without __op, so it is not known whether it is new; the fields there are " + names
                + "; set add.fields=op,txId,lsn,sequence,source.ts_ms on the transform ExtractNewRecordState,"
                + " or remove it, or set tally.updates=append";
        return new UndecodableException(DeadLetterReason.UNKNOWN_OPERATION, "__op", message);
    }

    /** The update of a row by itself, which cannot be taken back. */
    static UndecodableException noRowBefore() {
        String message =
                "an update comes without the row before, because the transform ExtractNewRecordState has removed"
                        + " it, so the old row cannot be taken back; remove the transform, or set tally.updates=append";
        return new UndecodableException(DeadLetterReason.NO_BEFORE_IMAGE, "before", message);
    }

    /** JSON, but no object. */
    static UndecodableException notAnObject(byte[] record, Members value) {
        String message =
                "not a Debezium envelope: expected an object but found " + shown(record, value.start(), value.end());
        return new UndecodableException(DeadLetterReason.UNKNOWN_SHAPE, null, message);
    }

    static UndecodableException unknownOperation(String field, byte[] record, Members owner, int index) {
        String value = shown(record, owner.start(index), owner.end(index));
        String message = field + " " + value + " is none of c, u, d, r, t and m";
        return new UndecodableException(DeadLetterReason.UNKNOWN_OPERATION, field, message);
    }

    static UndecodableException missingImage(String image) {
        String message = image + " is missing or null, but the operation needs it";
        return new UndecodableException(DeadLetterReason.MISSING_FIELD, image, message);
    }

    /** @param start of the row */
    static UndecodableException missingColumn(String field, byte[] record, int start, int end) {
        String message = field + " is missing; the columns there are " + names(record, start, end);
        return new UndecodableException(DeadLetterReason.MISSING_FIELD, field, message);
    }

    static UndecodableException nullColumn(String field) {
        String message = field + " is null; make the column NOT NULL or fix the row";
        return new UndecodableException(DeadLetterReason.NULL_FIELD, field, message);
    }

    /**
     * An update or delete that cannot be taken back; the table's name is taken from the record if it has one.
     *
     * @param start of the source; if it is none, it has no end beyond that
     */
    static UndecodableException noBeforeImage(String fault, byte[] record, int start, int end) {
        String message = "before " + fault + ", so the old row cannot be taken back; run ALTER TABLE "
                + table(record, start, end) + " REPLICA IDENTITY FULL";
        return new UndecodableException(DeadLetterReason.NO_BEFORE_IMAGE, "before", message);
    }

    static UndecodableException unavailable(String field) {
        String message = field + " holds Debezium's placeholder for a value that PostgreSQL did not log;"
                + " run ALTER TABLE ... REPLICA IDENTITY FULL on the source table";
        return new UndecodableException(DeadLetterReason.UNAVAILABLE_VALUE, field, message);
    }

    /** @param start of the value */
    static UndecodableException wrongType(String field, byte[] record, int start, int end, String expected) {
        String message = field + " " + shown(record, start, end) + " should be " + expected;
        return new UndecodableException(DeadLetterReason.WRONG_TYPE, field, message);
    }

    /** @param start of the value */
    static UndecodableException outOfRange(String field, byte[] record, int start, int end, String expected) {
        String message = field + " " + shown(record, start, end) + " does not fit " + expected;
        return new UndecodableException(DeadLetterReason.NUMBER_OUT_OF_RANGE, field, message);
    }

    /**
     * The value of a column that is there, but could not be read.
     *
     * @param type of the column
     * @param start of the value
     */
    static UndecodableException column(ColumnFault fault, String field, Type type, byte[] record, int start, int end) {
        return switch (fault) {
            case MISSING -> throw new IllegalArgumentException("there is no value");
            case NULL -> nullColumn(field);
            case UNAVAILABLE -> unavailable(field);
            case WRONG_TYPE -> wrongType(field, record, start, end, expected(type));
            case OUT_OF_RANGE ->
                outOfRange(
                        field,
                        record,
                        start,
                        end,
                        type.kind() == Kind.NUMERIC ? type.name() + "; fix the source" : bits(type));
            case TOO_FINE ->
                of(
                        DeadLetterReason.FINER_PRICE,
                        field,
                        shown(record, start, end) + " has more than " + type.scale()
                                + " decimals; does the column have more since?");
            case NO_NUMBER ->
                of(
                        DeadLetterReason.IMPOSSIBLE_NUMBER,
                        field,
                        shown(record, start, end)
                                + " is no decimal number; set decimal.handling.mode=string on the connector, or"
                                + " value.converter.schemas.enable=true, or tally.source.decimals=bytes");
            case NO_TIME ->
                of(
                        DeadLetterReason.IMPOSSIBLE_TIME,
                        field,
                        shown(record, start, end)
                                + (type.kind() == Kind.DATE
                                        ? " is no date of PostgreSQL's range, as ISO-8601 or as days since 1970"
                                        : " is no time of PostgreSQL's range, as ISO-8601 with a zone or as a number; the"
                                                + " column should be TIMESTAMPTZ"));
        };
    }

    private static UndecodableException of(DeadLetterReason reason, String field, String complaint) {
        return new UndecodableException(reason, field, field + " " + complaint);
    }

    /** Expected content of a column of the given type. */
    private static String expected(Type type) {
        return switch (type.kind()) {
            case SMALLINT, INTEGER, BIGINT -> "an integer";
            case NUMERIC -> "decimal text, a number, or unscaled bytes";
            case BOOLEAN -> "true or false";
            case UUID -> "a string with a uuid";
            case DATE -> "a string with a date, or days since 1970";
            case TIMESTAMP, TIMESTAMPTZ ->
                "a string with an ISO-8601 time; of a number, tally.source.time-unit has to tell the unit";
            default -> "a string";
        };
    }

    private static String bits(Type type) {
        return switch (type.kind()) {
            case SMALLINT -> "an integer of 16 bits";
            case INTEGER -> "an integer of 32 bits";
            default -> "an integer of 64 bits";
        };
    }

    /** Names of the members of an object that has been read before. */
    private static List<String> names(byte[] record, int start, int end) {
        List<String> names = new ArrayList<>();
        JsonCursor cursor = new JsonCursor();
        try {
            int at = cursor.firstMember(cursor.open(record, start, end - start));
            while (record[at] != '}' && names.size() < NAMES_SHOWN) {
                int nameEnd = cursor.endOfName(at);
                names.add(shown(record, at + 1, nameEnd));
                at = cursor.nextMember(cursor.endOfValue(cursor.valueAfter(nameEnd), 1));
            }
        } catch (MalformedJson e) {
            throw e.noLonger();
        }
        return names;
    }

    /** Name of the table, to be pasted into a statement; the usual one if the record names none. */
    private static String table(byte[] record, int start, int end) {
        if (start == end) {
            return "orders";
        }
        Members place = new Members("schema", "table");
        JsonCursor cursor = new JsonCursor();
        try {
            place.read(cursor, cursor.open(record, start, end - start), 0);
        } catch (MalformedJson e) {
            throw e.noLonger();
        }
        if (!place.isString(1)) {
            return "orders";
        }
        String table = identifier(record, place, 1);
        return place.isString(0) ? identifier(record, place, 0) + "." + table : table;
    }

    private static String identifier(byte[] record, Members owner, int index) {
        String name = shown(record, owner.start(index) + 1, owner.end(index) - 1);
        return name.matches("[a-z_][a-z0-9_]*") ? name : '"' + name + '"';
    }

    /** The bytes as text on one line, cut short; a JSON string is shown with the escapes it came with. */
    private static String shown(byte[] record, int start, int end) {
        int length = Math.min(end - start, 4 * SHOWN);
        String text = new String(record, start, length, StandardCharsets.UTF_8);
        StringBuilder line = new StringBuilder();
        int at = 0;
        while (at < text.length() && line.length() < SHOWN) {
            int point = text.codePointAt(at);
            at += Character.charCount(point);
            if (isShowable(point)) {
                line.appendCodePoint(point);
            } else {
                line.append(String.format("\\u%04x", point));
            }
        }
        return at < text.length() || length < end - start ? line.append('…').toString() : line.toString();
    }

    private static boolean isShowable(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.PRIVATE_USE,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
