package io.tally.simulation;

import io.tally.simulation.Source.Change;
import io.tally.simulation.Source.Row;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** Records as Debezium writes them, without the fields that nobody reads. */
final class Envelope {

    /** What it says of its place is as wrong as the rest. */
    static final byte[] UNDECODABLE = bytes("{\"op\":\"c\",\"after\":{\"order_id\":\"k\",\"price\":\"much\"},"
            + "\"source\":{\"ts_ms\":9000000000000,\"lsn\":9000000000000000000,\"txId\":3}}");

    static final byte[] MESSAGE = bytes("{\"op\":\"m\",\"source\":{\"snapshot\":\"false\",\"ts_ms\":1,\"lsn\":1}}");

    private Envelope() {}

    /** @param firstPart of the sequence pair, or below 0 for null */
    static byte[] streamed(Change change, long txId, long firstPart, long commitMs) {
        StringBuilder sequence = new StringBuilder(60);
        sequence(sequence, firstPart, change.lsn());
        return streamed(change, txId, sequence, commitMs);
    }

    /** As Debezium wrote it before version 1.7. */
    static byte[] withoutSequence(Change change, long txId, long commitMs) {
        return streamed(change, txId, "", commitMs);
    }

    private static byte[] streamed(Change change, long txId, CharSequence sequence, long commitMs) {
        StringBuilder json = new StringBuilder(300);
        json.append("{\"before\":");
        row(json, change.key(), change.told());
        json.append(",\"after\":");
        row(json, change.key(), change.after());
        json.append(",\"source\":{\"ts_ms\":").append(commitMs);
        json.append(",\"snapshot\":\"false\"");
        json.append(sequence);
        json.append(",\"txId\":").append(txId & 0xFFFF_FFFFL);
        json.append(",\"lsn\":").append(change.lsn()).append("},\"op\":\"");
        return bytes(json.append(change.op()).append("\"}").toString());
    }

    /** The record of a change without a value in one column: it still says where it stands in the source's log. */
    static byte[] withoutQuantity(byte[] streamed) {
        String text = new String(streamed, StandardCharsets.ISO_8859_1);
        return bytes(text.replaceAll("\"quantity\":[0-9]+", "\"quantity\":null"));
    }

    /** The record of a change as nobody can read it. */
    static byte[] cutOff(byte[] streamed) {
        return bytes(new String(streamed, StandardCharsets.ISO_8859_1).substring(1));
    }

    /** A row read by a snapshot; {@code kind} is what {@code source.snapshot} says, and the first part means nothing. */
    static byte[] read(int key, Row row, String kind, long lsn, long readMs, long firstPart) {
        StringBuilder json = new StringBuilder(200);
        json.append("{\"before\":null,\"after\":");
        row(json, key, row);
        json.append(",\"source\":{\"ts_ms\":").append(readMs);
        json.append(",\"snapshot\":\"")
                .append(kind)
                .append("\",\"sequence\":\"[null,\\\"")
                .append(lsn);
        json.append("\\\"]\",\"txId\":5,\"lsn\":").append(lsn);
        return bytes(json.append("},\"op\":\"r\"}").toString());
    }

    private static void sequence(StringBuilder json, long firstPart, long lsn) {
        json.append(",\"sequence\":\"[");
        if (firstPart < 0) {
            json.append("null");
        } else {
            json.append("\\\"").append(firstPart).append("\\\"");
        }
        json.append(",\\\"").append(lsn).append("\\\"]\"");
    }

    private static void row(StringBuilder json, int key, Row row) {
        if (row == null) {
            json.append("null");
            return;
        }
        long cents = row.priceCents();
        json.append("{\"order_id\":\"k")
                .append(key)
                .append("\",\"customer_id\":")
                .append(row.customerId());
        json.append(",\"quantity\":").append(row.quantity()).append(",\"price\":\"");
        if (cents == Source.NAN) {
            json.append("NaN");
        } else {
            json.append(cents / 100).append('.').append(cents / 10 % 10).append(cents % 10);
        }
        json.append("\",\"event_ts\":\"");
        json.append(
                row.eventMs() == Source.INFINITE
                        ? "infinity"
                        : Instant.ofEpochMilli(row.eventMs()).toString());
        json.append("\"}");
    }

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.ISO_8859_1);
    }
}
