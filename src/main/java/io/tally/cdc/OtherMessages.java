package io.tally.cdc;

import io.tally.cdc.RowChange.Op;
import io.tally.cdc.json.Members;
import io.tally.cdc.json.TextSlice;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Recognises what Debezium and Connect write beside changes, which may end up in the orders topic when topics are routed
 * together. Each is known by fields that it alone has; whatever is not known for certain is left to the dead letters.
 */
final class OtherMessages {

    /** The fields that tell the messages apart. */
    static final List<String> FIELDS = List.of("ts_ms", "status", "id", "type", "data", "ddl", "tableChanges");

    private static final byte[] BEGIN = "BEGIN".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "END".getBytes(StandardCharsets.US_ASCII);

    private final TextSlice text = new TextSlice();
    private final Members fields;
    private final int time;
    private final int status;
    private final int id;
    private final int type;
    private final int data;
    private final int ddl;
    private final int tableChanges;

    /**
     * @param fields where the members of the message lie
     * @param names the members' names, {@link #FIELDS} among them
     */
    OtherMessages(Members fields, List<String> names) {
        this.fields = fields;
        this.time = names.indexOf("ts_ms");
        this.status = names.indexOf("status");
        this.id = names.indexOf("id");
        this.type = names.indexOf("type");
        this.data = names.indexOf("data");
        this.ddl = names.indexOf("ddl");
        this.tableChanges = names.indexOf("tableChanges");
    }

    /** Kind of a message without a row, or null if it is none of them. */
    Op kindOf(byte[] record) {
        if (fields.hasOnly(time) && fields.isNumber(time)) {
            return Op.HEARTBEAT;
        }
        if (fields.isString(id) && (is(record, status, BEGIN) || is(record, status, END))) {
            return Op.TRANSACTION;
        }
        if (fields.isString(ddl) || fields.first(tableChanges) == '[') {
            return Op.SCHEMA_CHANGE;
        }
        return fields.isString(type) && fields.first(data) == '{' ? Op.SIGNAL : null;
    }

    private boolean is(byte[] record, int field, byte[] word) {
        if (!fields.isString(field)) {
            return false;
        }
        text.take(record, fields.start(field), fields.end(field));
        return text.is(word);
    }
}
