package io.tally.cdc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.cdc.ReferenceReader.Rejected;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

/**
 * The decoder's reading of Avro against the plain one, over spoiled records of many schemas: both take a record or both
 * refuse it, and what they take says the same. Settings as of {@link DebeziumDecoderFuzzTest}, a quarter as many mutants.
 */
class DebeziumDecoderAvroFuzzTest {

    private static final int SCHEMAS = 200;

    private final FuzzBudget budget = new FuzzBudget(20_261_123L, 4);

    private final Schema[] schemas = new Schema[SCHEMAS];
    private final WriterSchema[] writers = new WriterSchema[SCHEMAS];
    private final DebeziumDecoder retracting = decoder(UpdateMode.RETRACT);
    private final DebeziumDecoder appending = decoder(UpdateMode.APPEND);
    private final RowChange change = new RowChange();

    private final Map<DeadLetterReason, Integer> refused = new EnumMap<>(DeadLetterReason.class);
    private final Map<Shape, Integer> shapes = new EnumMap<>(Shape.class);
    private int taken;

    private DebeziumDecoder decoder(UpdateMode updates) {
        DecoderSettings settings = Tables.settings(updates, Tables.strict(Tables.TEXTS));
        return new DebeziumDecoder(
                settings.with(RecordFormat.AVRO, id -> id >= 0 && id < SCHEMAS ? writers[id] : null));
    }

    @Test
    void decode_mutatedAvro_agreesWithPlainReading() {
        for (int i = 0; i < SCHEMAS; i++) {
            schemas[i] = new AvroRecords(new Random(i)).schema();
            writers[i] = WriterSchema.of("AVRO", schemas[i].toString(), List.of(), Tables.NAMES);
        }
        while (budget.lasts()) {
            checkMutant(budget.nextSeed());
        }
        if (budget.isLarge()) {
            assertTrue(taken > budget.done() / 5 && taken < budget.done() / 5 * 4, "mutants taken: " + taken);
            assertEquals(EnumSet.complementOf(EnumSet.of(DeadLetterReason.NOT_JSON)), refused.keySet());
            assertEquals(EnumSet.of(Shape.ENVELOPE_AVRO, Shape.ROW_AVRO), shapes.keySet());
        }
        System.out.println("avro fuzz: " + budget + " disagreements=0 taken=" + taken + " shapes=" + shapes
                + " dead letters=" + refused);
    }

    private void checkMutant(long seed) {
        Random random = new Random(seed);
        int id = random.nextInt(SCHEMAS);
        Mutator mutator = new Mutator(random);
        byte[] record =
                AvroRecords.framed(id, AvroRecords.encode(schemas[id], new AvroRecords(random).datum(schemas[id])));
        for (int mutations = random.nextInt(3); mutations > 0; mutations--) {
            record = mutator.mutate(record);
        }
        UpdateMode updates = random.nextInt(4) == 0 ? UpdateMode.APPEND : UpdateMode.RETRACT;
        try {
            check(record, updates, random.nextInt(20));
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    "tally.fuzz.seed=" + seed + " tally.fuzz.mutants=1 schema " + schemas[id] + "\n"
                            + HexFormat.of().formatHex(record),
                    e);
        }
    }

    private void check(byte[] record, UpdateMode updates, int offset) {
        String expected;
        try {
            expected = expected(record, updates).toString();
        } catch (Rejected e) {
            expected = "refused";
        }
        byte[] array = new byte[offset + record.length + 7];
        System.arraycopy(record, 0, array, offset, record.length);
        DebeziumDecoder decoder = updates == UpdateMode.APPEND ? appending : retracting;
        String why = "";
        String actual;
        try {
            Changes.decode(decoder, array, offset, record.length, change);
            actual = Changes.copy(change).toString();
            taken++;
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

    private ReferenceReader.Change expected(byte[] record, UpdateMode updates) throws Rejected {
        ReferenceReader.demand(record.length >= 5 && record[0] == 0, "no schema id");
        int id = WirePrefix.id(record, 0);
        ReferenceReader.demand(id >= 0 && id < SCHEMAS, "no such schema");
        byte[] json = ReferenceAvro.json(schemas[id], record, 5, record.length - 5);
        ColumnTypes types = Tables.TEXTS.withUnit(3, ReferenceAvro.timeUnit(schemas[id]));
        return new ReferenceReader(updates, Tables.strict(types)).read(json);
    }
}
