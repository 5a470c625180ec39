package io.tally.cdc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tally.cdc.RowChange.Op;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Every shape that a record can have, and the records that are about no order. */
class DebeziumDecoderShapesTest {

    private static final String ROW =
            DebeziumDecoderTest.row("n1", "5", "2", "\"3.50\"", "\"2026-11-22T12:19:11.524822Z\"");
    private static final String SCHEMA = "{\"type\":\"struct\",\"fields\":[{\"type\":\"string\",\"optional\":false,"
            + "\"field\":\"op\"}],\"optional\":false,\"name\":\"orders_cdc.public.orders.Envelope\"}";
    private static final String ADDED = ",\"__op\":\"%s\",\"__deleted\":\"%s\",\"__txId\":758,\"__lsn\":24849416,"
            + "\"__sequence\":\"[\\\"24849000\\\",\\\"24849416\\\"]\",\"__source_ts_ms\":1795349951525,"
            + "\"__snapshot\":\"%s\",\"__table\":\"orders\"}";

    private final DebeziumDecoder decoder = decoder(UpdateMode.RETRACT);
    private final DebeziumDecoder appending = decoder(UpdateMode.APPEND);
    private final RowChange change = new RowChange();

    @Test
    void decode_embeddedSchema_saysWhatThePayloadSays() throws UndecodableException {
        decode(decoder, Envelopes.REAL);
        ReferenceReader.Change bare = Changes.copy(change);
        assertEquals(Shape.ENVELOPE, decoder.shape());
        for (int i = 0; i < 3; i++) {
            decode(decoder, withSchema(Envelopes.REAL));
            assertEquals(bare, Changes.copy(change));
            assertEquals(Shape.ENVELOPE_WITH_SCHEMA, decoder.shape());
            decode(decoder, "{\"payload\":" + Envelopes.REAL + ",\"schema\":null}");
            assertEquals(bare, Changes.copy(change));
            decode(decoder, Envelopes.REAL);
            assertEquals(bare, Changes.copy(change));
            assertEquals(Shape.ENVELOPE, decoder.shape());
        }
    }

    @Test
    void decode_row_countsInsertsAndSnapshotRows() throws UndecodableException {
        decode(decoder, row("c", false, "false"));
        assertEquals(Op.INSERT, change.op());
        assertEquals(Shape.ROW, decoder.shape());
        assertAfter();
        assertEquals(758, change.transactionId());
        assertEquals(24849416, change.lsn());
        assertEquals(24849000, change.lastCommitLsn());
        assertEquals(1795349951525L, change.commitTimeMs());

        decode(decoder, row("r", false, "first"));
        assertEquals(Op.SNAPSHOT, change.op());
        decode(decoder, row("r", false, "incremental"));
        assertEquals(Op.INCREMENTAL_SNAPSHOT, change.op());
        decode(decoder, withSchema(row("c", false, "false")));
        assertEquals(Op.INSERT, change.op());
        assertEquals(Shape.ROW_WITH_SCHEMA, decoder.shape());
        assertAfter();
    }

    @Test
    void decode_rewrittenDelete_takesTheWholeRowBack() throws UndecodableException {
        String[] deletes = {
            row("d", true, "false"),
            ROW.replace("}", ",\"__deleted\":\"true\"}"),
            ROW.replace("}", ",\"__deleted\":true}")
        };
        for (String delete : deletes) {
            decode(decoder, delete);
            assertEquals(Op.DELETE, change.op());
            assertEquals(350, change.before().units(2));
            assertFalse(change.after().present());
        }
    }

    @Test
    void decode_rowsAppending_countsEveryRowThatIsNotDeleted() throws UndecodableException {
        String[] rows = {ROW, row("u", false, "false"), ROW.replace("}", ",\"__deleted\":\"false\"}")};
        for (String row : rows) {
            decode(appending, row);
            assertEquals(Op.UPDATE, change.op());
            assertFalse(change.before().present());
            assertAfter();
        }
        // Found by the fuzz test, seed 900254245: zero was taken for no operation.
        assertThrows(UndecodableException.class, () -> decode(appending, row("\\u0000", false, "false")));
        decode(appending, row("d", true, "false"));
        assertEquals(Op.DELETE, change.op());
        assertFalse(change.before().present() || change.after().present());
    }

    @Test
    void decode_recordsAboutNoOrder_areTheirOwnKinds() throws UndecodableException {
        assertKind(Op.TOMBSTONE, "{\"schema\":null,\"payload\":null}");
        assertKind(Op.HEARTBEAT, "{\"ts_ms\":1795349951525}");
        // Found by the fuzz test, seed 900148820: of a name that comes twice the last one counts, here too.
        assertKind(Op.TOMBSTONE, "{\"schema\":\"x\",\"payload\":{},\"payload\":null}");
        assertKind(Op.HEARTBEAT, "{\"ts_ms\":\"x\",\"ts_ms\":1795349951525}");
        assertKind(
                Op.TRANSACTION,
                "{\"status\":\"BEGIN\",\"id\":\"571:53195829\",\"event_count\":null,\"data_collections\":null,"
                        + "\"ts_ms\":1486500577125}");
        assertKind(
                Op.TRANSACTION,
                "{\"status\":\"END\",\"id\":\"571:53195832\",\"event_count\":2,\"data_collections\":"
                        + "[{\"data_collection\":\"public.orders\",\"event_count\":2}],\"ts_ms\":1486500577691}");
        assertKind(
                Op.SCHEMA_CHANGE,
                "{\"source\":{\"connector\":\"mysql\"},\"ts_ms\":1,\"databaseName\":\"streaming\",\"schemaName\":null,"
                        + "\"ddl\":\"ALTER TABLE orders ADD note TEXT\",\"tableChanges\":[]}");
        assertKind(
                Op.SIGNAL,
                "{\"type\":\"execute-snapshot\",\"data\":{\"data-collections\":[\"public.orders\"],"
                        + "\"type\":\"INCREMENTAL\"}}");
        assertKind(
                Op.MESSAGE,
                "{\"op\":\"m\",\"ts_ms\":1,\"source\":{\"schema\":\"\",\"table\":\"\",\"lsn\":5},"
                        + "\"message\":{\"prefix\":\"p\",\"content\":\"AA==\"}}");
        assertKind(Op.TRUNCATE, Envelopes.REAL.replace("\"u\"", "\"t\""));
    }

    @Test
    void decode_recordOfAnotherTable_isPassedOver() throws UndecodableException {
        String other = Envelopes.REAL.replace("\"orders\"", "\"customers\"").replace("\"price\"", "\"name\"");
        assertKind(Op.OTHER_TABLE, other);
        assertKind(Op.OTHER_TABLE, Envelopes.REAL.replace("\"public\"", "\"archive\""));
        assertKind(Op.SIGNAL, Envelopes.REAL.replace("\"orders\"", "\"debezium_signal\""));
        decode(decoder, Envelopes.REAL.replace("\"orders\"", "\"or\\u0064ers\""));
        assertEquals(Op.UPDATE, change.op());
        decode(decoder, row("c", false, "false").replace("\"orders\"", "\"customers\""));
        assertEquals(Op.OTHER_TABLE, change.op());

        TableColumns orders = Tables.strict(Tables.TEXTS);
        DebeziumDecoder partitioned = new DebeziumDecoder(new DecoderSettings(
                List.of("order_id"),
                () -> orders,
                UpdateMode.RETRACT,
                Set.of("orders", "public.orders_2026", "Größe.x.y")));
        for (String table : new String[] {"orders", "orders_2026"}) {
            decode(partitioned, Envelopes.REAL.replace("\"orders\"", "\"" + table + "\""));
            assertEquals(Op.UPDATE, change.op());
        }
        decode(partitioned, Envelopes.REAL.replace("\"public\"", "\"Größe\"").replace("\"orders\"", "\"x.y\""));
        assertEquals(Op.UPDATE, change.op());
    }

    @Test
    void decode_columnsNamedLikeFields_areColumnsOfARow() throws UndecodableException {
        TableColumns columns = Tables.of(
                List.of("type", "status", "data", "source"),
                List.of("integer", "integer", "numeric(12,2)", "timestamp with time zone"),
                false,
                Tables.TEXTS);
        DebeziumDecoder odd = new DebeziumDecoder(
                new DecoderSettings(List.of("id"), () -> columns, UpdateMode.RETRACT, Set.of("public.orders")));
        String row = "{\"id\":\"n1\",\"type\":5,\"status\":2,\"data\":\"3.50\","
                + "\"source\":\"2026-11-22T12:19:11.524822Z\",\"__op\":\"c\"}";
        decode(odd, row);
        assertAfter();
        decode(odd, "{\"op\":\"c\",\"after\":" + row + "}");
        assertAfter();
    }

    private void assertKind(Op kind, String record) throws UndecodableException {
        decode(decoder, record);
        assertEquals(kind, change.op(), record);
        assertFalse(change.before().present() || change.after().present());
        if (kind != Op.TOMBSTONE) {
            decode(decoder, withSchema(record));
            assertEquals(kind, change.op(), record);
        }
    }

    private void assertAfter() {
        assertEquals(List.of("5", "2", "3.5", "1795349951524822"), Changes.values(change.after()));
    }

    private void decode(DebeziumDecoder with, String record) throws UndecodableException {
        Changes.decode(with, Envelopes.bytes(record), change);
    }

    private static DebeziumDecoder decoder(UpdateMode updates) {
        return new DebeziumDecoder(Tables.settings(updates, Tables.strict(Tables.TEXTS)));
    }

    private static String withSchema(String payload) {
        return "{\"schema\":" + SCHEMA + ",\"payload\":" + payload + "}";
    }

    private static String row(String op, boolean deleted, String snapshot) {
        return ROW.substring(0, ROW.length() - 1) + ADDED.formatted(op, deleted, snapshot);
    }
}
