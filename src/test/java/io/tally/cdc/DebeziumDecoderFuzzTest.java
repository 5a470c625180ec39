package io.tally.cdc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.cdc.ReferenceReader.Rejected;
import io.tally.window.OrderChange;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The decoder against a plain reading of the same bytes: both take a record or both refuse it, and what they take says
 * the same. Whatever the bytes, nothing but {@link UndecodableException} comes out.
 *
 * <p>Each mutant has a seed of its own, printed when it fails. Settings, as system properties: {@code tally.fuzz.seed}
 * and {@code tally.fuzz.mutants}; the printed seed with one mutant replays a failure.
 */
class DebeziumDecoderFuzzTest {

    private static final long SEED = Long.getLong("tally.fuzz.seed", 20_261_122L);
    private static final int MUTANTS = Integer.getInteger("tally.fuzz.mutants", 100_000);

    private final DebeziumDecoder retracting = decoder(UpdateMode.RETRACT);
    private final DebeziumDecoder appending = decoder(UpdateMode.APPEND);
    private final ReferenceReader retractingReference = new ReferenceReader(2, UpdateMode.RETRACT);
    private final ReferenceReader appendingReference = new ReferenceReader(2, UpdateMode.APPEND);
    private final OrderChange change = new OrderChange();

    private final Set<DeadLetterReason> reasonsSeen = EnumSet.noneOf(DeadLetterReason.class);
    private int taken;

    @Test
    void decode_mutatedRecords_agreesWithPlainReading() {
        for (int i = 0; i < MUTANTS; i++) {
            checkMutant(SEED + i);
        }
        if (MUTANTS >= 100_000) {
            assertTrue(taken > MUTANTS / 5 && taken < MUTANTS * 4 / 5, "mutants taken: " + taken);
            assertEquals(EnumSet.allOf(DeadLetterReason.class), reasonsSeen);
        }
    }

    private void checkMutant(long seed) {
        Random random = new Random(seed);
        Envelopes envelopes = new Envelopes(random);
        Mutator mutator = new Mutator(random);
        byte[] record = Envelopes.bytes(random.nextBoolean() ? envelopes.usual() : envelopes.odd());
        for (int mutations = random.nextInt(4); mutations > 0; mutations--) {
            record = mutator.mutate(record);
        }
        try {
            boolean append = random.nextInt(4) == 0;
            check(record, random, append ? appending : retracting, append ? appendingReference : retractingReference);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("tally.fuzz.seed=" + seed + " tally.fuzz.mutants=1\n" + shown(record), e);
        }
    }

    private void check(byte[] record, Random random, DebeziumDecoder decoder, ReferenceReader reference) {
        String expected;
        try {
            expected = reference.read(record).toString();
        } catch (Rejected e) {
            expected = "refused";
        }
        String why = "";
        String actual;
        try {
            decodeAmongGarbage(record, random, decoder);
            actual = Changes.copy(change).toString();
            taken++;
        } catch (UndecodableException e) {
            reasonsSeen.add(e.reason());
            why = e.reason() + ": " + e.getMessage();
            actual = "refused";
            assertEquals(OrderChange.Op.NONE, change.op());
        }
        assertEquals(expected, actual, why);
    }

    /** The record inside a larger array, so that reading beyond it is answered with more of the same kind. */
    private void decodeAmongGarbage(byte[] record, Random random, DebeziumDecoder decoder) throws UndecodableException {
        byte[] garbage = Envelopes.bytes("0\"}]\\,:nul9.5e+{[ ");
        int offset = random.nextInt(40);
        byte[] array = new byte[offset + record.length + random.nextInt(40)];
        for (int i = 0; i < array.length; i++) {
            array[i] = garbage[random.nextInt(garbage.length)];
        }
        System.arraycopy(record, 0, array, offset, record.length);
        decoder.decode(array, offset, record.length, change);
    }

    private static DebeziumDecoder decoder(UpdateMode updates) {
        return new DebeziumDecoder(new DecoderSettings(Columns.defaults(), 2, updates, Set.of("public.orders")));
    }

    private static String shown(byte[] record) {
        return new String(record, StandardCharsets.UTF_8) + "\n"
                + HexFormat.of().formatHex(record);
    }
}
