package io.tally.bench;

import io.tally.cdc.DebeziumDecoder;
import io.tally.cdc.RowChange;
import io.tally.cdc.UndecodableException;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Bytes of one record to a change, in each shape; the records differ and do not fit into the nearest caches. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class DecodeBenchmark {

    /** What a record of the topic looks like. */
    public enum Form {
        /** An insert, as the pipeline's connector writes it. */
        INSERT(insert -> insert),
        /** An update, with both rows. */
        UPDATE(insert ->
                insert.replace("\"before\":null", "\"before\":" + row(insert)).replace("\"op\":\"c\"", "\"op\":\"u\"")),
        /** The same insert with the schema that a JsonConverter embeds if it is not told otherwise. */
        INSERT_WITH_SCHEMA(insert -> "{\"schema\":" + ConnectSchema.ENVELOPE + ",\"payload\":" + insert + "}"),
        /** Unwrapped by ExtractNewRecordState, with the fields that tell where it stands. */
        ROW(insert ->
                row(insert).replace("}", ",\"__op\":\"c\",\"__lsn\":4711,\"__txId\":815,\"__deleted\":\"false\"}"));

        private final UnaryOperator<String> ofInsert;

        Form(UnaryOperator<String> ofInsert) {
            this.ofInsert = ofInsert;
        }

        private static String row(String insert) {
            int start = insert.indexOf("\"after\":") + "\"after\":".length();
            return insert.substring(start, insert.indexOf('}', start) + 1);
        }
    }

    private static final int RECORDS = 4096;
    private static final long FIRST_MS = 1_767_225_600_000L;

    @Param
    public Form form;

    private final DebeziumDecoder decoder = new DebeziumDecoder();
    private final RowChange change = new RowChange();
    private byte[][] records;
    private int next;

    @Setup
    public void makeRecords() {
        SplittableRandom random = new SplittableRandom(1);
        records = new byte[RECORDS][];
        for (int i = 0; i < RECORDS; i++) {
            String insert = OrdersTopic.insert(
                    "order-" + i,
                    i,
                    FIRST_MS + i,
                    1 + random.nextInt(10_000),
                    1 + random.nextInt(5),
                    1_000 + random.nextInt(49_001));
            records[i] = form.ofInsert.apply(insert).getBytes(StandardCharsets.UTF_8);
        }
    }

    @Benchmark
    public RowChange decode() throws UndecodableException {
        decoder.decode(records[next++ & RECORDS - 1], change);
        return change;
    }
}
