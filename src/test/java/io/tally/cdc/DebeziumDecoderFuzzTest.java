package io.tally.cdc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.cdc.ReferenceReader.Rejected;
import io.tally.cdc.value.EpochUnit;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * The decoder against a plain reading of the same bytes: both take a record or both refuse it, and what they take says
 * the same. Whatever the bytes, nothing but {@link UndecodableException} comes out.
 *
 * <p>Each mutant has a seed of its own, printed when it fails. Settings, as system properties: {@code tally.fuzz.seed},
 * {@code tally.fuzz.mutants} and {@code tally.fuzz.minutes}; the printed seed with one mutant replays a failure.
 */
class DebeziumDecoderFuzzTest {

    private final FuzzBudget budget = new FuzzBudget(20_261_122L, 1);

    /** Records in a row that are like each other. */
    private static final int LIKES = 20;

    private record Pair(DebeziumDecoder decoder, ReferenceReader reference, ColumnTypes types) {
        Pair(UpdateMode updates, TableColumns table) {
            this(
                    new DebeziumDecoder(Tables.settings(updates, table)),
                    new ReferenceReader(updates, table),
                    table.types());
        }
    }

    private static final ColumnTypes NUMBERS = Tables.written(3, 0, EpochUnit.MICROS);

    private final Pair retracting = new Pair(UpdateMode.RETRACT, Tables.strict(Tables.TEXTS));
    private final Pair appending = new Pair(UpdateMode.APPEND, Tables.loose(Tables.TEXTS));
    private final Pair retractingNumbers = new Pair(UpdateMode.RETRACT, Tables.loose(NUMBERS));
    private final Pair appendingNumbers = new Pair(UpdateMode.APPEND, Tables.priced("numeric(38,2)", NUMBERS));
    private final RowChange change = new RowChange();

    private final Map<DeadLetterReason, Integer> refused = new EnumMap<>(DeadLetterReason.class);
    private final Map<Shape, Integer> shapes = new EnumMap<>(Shape.class);
    private final Map<RowChange.Op, Integer> kinds = new EnumMap<>(RowChange.Op.class);
    private int taken;

    @Test
    void decode_mutatedRecords_agreesWithPlainReading() {
        while (budget.lasts()) {
            checkMutant(budget.nextSeed());
        }
        if (budget.isLarge()) {
            assertTrue(taken > budget.done() / 5 && taken < budget.done() / 5 * 4, "mutants taken: " + taken);
            assertEquals(EnumSet.range(DeadLetterReason.NOT_JSON, DeadLetterReason.IMPOSSIBLE_TIME), refused.keySet());
            assertEquals(EnumSet.range(Shape.ENVELOPE, Shape.ROW_WITH_SCHEMA), shapes.keySet());
            assertEquals(EnumSet.complementOf(EnumSet.of(RowChange.Op.NONE)), kinds.keySet());
        }
        System.out.println("decoder fuzz: " + budget + " disagreements=0 taken=" + taken + " " + kinds + " shapes="
                + shapes + " dead letters=" + refused);
    }

    private void checkMutant(long seed) {
        Random random = new Random(seed);
        Envelopes envelopes = new Envelopes(random);
        Mutator mutator = new Mutator(random);
        boolean append = random.nextInt(4) == 0;
        boolean numbers = random.nextInt(4) == 0;
        Pair pair = numbers ? append ? appendingNumbers : retractingNumbers : append ? appending : retracting;
        byte[] record = Envelopes.bytes(envelopes.inAnyShape(pair.types));
        for (int mutations = random.nextInt(4); mutations > 0; mutations--) {
            record = mutator.mutate(record);
        }
        try {
            check(record, random, pair.decoder, pair.reference);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("tally.fuzz.seed=" + seed + " tally.fuzz.mutants=1\n" + shown(record), e);
        }
    }

    @Test
    void decode_mutantsOfOneRecordInARow_agreesWithPlainReading() {
        FuzzBudget records = new FuzzBudget(20_261_122L, LIKES);
        while (records.lasts()) {
            checkLikes(records.nextSeed());
        }
    }

    /** One record teaches the decoder how records are written, and those that follow differ from it in little. */
    private void checkLikes(long seed) {
        Random random = new Random(seed);
        Envelopes envelopes = new Envelopes(random);
        Mutator mutator = new Mutator(random);
        Pair pair = new Pair(
                UpdateMode.RETRACT, random.nextBoolean() ? Tables.loose(Tables.TEXTS) : Tables.strict(Tables.TEXTS));
        byte[] record = Envelopes.bytes(random.nextBoolean() ? envelopes.usual() : envelopes.inAnyShape(pair.types));
        byte[] like = record;
        for (int i = 0; i < LIKES; i++) {
            try {
                check(like, random, pair.decoder, pair.reference);
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError(
                        "tally.fuzz.seed=" + seed + " tally.fuzz.mutants=" + LIKES + "\n" + shown(like), e);
            }
            like = switch (random.nextInt(4)) {
                case 0 -> mutator.mutate(record);
                case 1 -> mutator.mutate(like);
                default -> mutator.otherDigits(record);
            };
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
            kinds.merge(change.op(), 1, Integer::sum);
            if (decoder.shape() != null) {
                shapes.merge(decoder.shape(), 1, Integer::sum);
            }
        } catch (UndecodableException e) {
            refused.merge(e.reason(), 1, Integer::sum);
            why = e.reason() + ": " + e.getMessage();
            actual = "refused";
            assertTrue(change.isFaulty() || Changes.isVoid(change));
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
        Changes.decode(decoder, array, offset, record.length, change);
    }

    private static String shown(byte[] record) {
        return new String(record, StandardCharsets.UTF_8) + "\n"
                + HexFormat.of().formatHex(record);
    }
}
