package io.tally.cdc;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Decoding makes no garbage: at a high rate it would be the collector's main work. */
class DebeziumDecoderAllocationTest {

    private static final int RECORDS = 1000;
    private static final int ROUNDS = 100;

    /** What the measurement itself and a late compilation may take; one object a record would be megabytes. */
    private static final long TOLERATED_BYTES = 10_000;

    @Test
    void decode_usualRecords_allocatesNothing() throws UndecodableException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Envelopes envelopes = new Envelopes(new Random(5));
        byte[][] records = new byte[RECORDS][];
        for (int i = 0; i < RECORDS; i++) {
            records[i] = Envelopes.bytes(envelopes.usual());
        }
        DebeziumDecoder decoder = new DebeziumDecoder();
        RowChange change = new RowChange();
        decodeAll(decoder, records, change);
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int round = 0; round < ROUNDS; round++) {
            decodeAll(decoder, records, change);
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < TOLERATED_BYTES, "bytes allocated by " + RECORDS * ROUNDS + " records: " + allocated);
    }

    private static void decodeAll(DebeziumDecoder decoder, byte[][] records, RowChange change)
            throws UndecodableException {
        for (byte[] record : records) {
            decoder.decode(record, 0, record.length, change);
        }
    }
}
