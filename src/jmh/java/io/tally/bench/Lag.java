package io.tally.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.tally.testkit.EngineProcess;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** How long ago the end of a topic was where a view's position is now, sampled ten times a second. Belongs to one thread. */
final class Lag implements AutoCloseable {

    private static final long PAUSE_MS = 100;

    /** Where the topic ended, summed up over its partitions. */
    private record End(long nanos, long offsets) {}

    private final Admin admin;
    private final EngineProcess engine;
    private final Map<TopicPartition, OffsetSpec> ends;
    private final Deque<End> history = new ArrayDeque<>();

    Lag(String bootstrapServers, String topic, int partitions, EngineProcess engine) {
        this.admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers));
        this.engine = engine;
        this.ends = IntStream.range(0, partitions)
                .boxed()
                .collect(Collectors.toMap(
                        partition -> new TopicPartition(topic, partition), any -> OffsetSpec.latest()));
    }

    /**
     * Samples while a condition holds.
     *
     * @param view index in the engine's status
     * @return seconds, in order
     */
    List<Double> sample(int view, BooleanSupplier goesOn) throws Exception {
        List<Double> samples = new ArrayList<>();
        while (goesOn.getAsBoolean()) {
            samples.add(seconds(view));
            Thread.sleep(PAUSE_MS);
        }
        Collections.sort(samples);
        return samples;
    }

    /** How far a view is behind right now. */
    double seconds(int view) throws InterruptedException, ExecutionException, IOException {
        long position = position(view);
        long now = System.nanoTime();
        long end = admin.listOffsets(ends).all().get().values().stream()
                .mapToLong(found -> found.offset())
                .sum();
        history.addLast(new End(now, end));
        // What was there when the engine had read up to its position can be forgotten, but for the newest such end.
        End reached = null;
        for (End past : history) {
            if (past.offsets <= position) {
                reached = past;
            }
        }
        return reached == null ? Double.POSITIVE_INFINITY : (now - reached.nanos) / 1e9;
    }

    private long position(int view) throws IOException, InterruptedException {
        long sum = 0;
        for (JsonNode partition : engine.status().at("/views/" + view + "/partitions")) {
            sum += partition.path("position").asLong();
        }
        return sum;
    }

    @Override
    public void close() {
        admin.close();
    }
}
