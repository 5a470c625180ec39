package io.tally.bench.others;

import io.tally.bench.others.Streams.Change;
import io.tally.bench.others.Streams.Group;
import io.tally.bench.others.Streams.Order;
import io.tally.bench.others.Streams.Sum;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Suppressed;
import org.apache.kafka.streams.kstream.Suppressed.BufferConfig;
import org.apache.kafka.streams.kstream.TimeWindows;

/**
 * Kafka Streams with windows of a minute, five seconds of grace, and {@code suppress} until a window is closed. The row before a
 * change is subtracted and the row after it added, where their window is still open.
 */
final class StreamsWindows {

    private static final Duration GRACE = Duration.ofSeconds(5);

    private StreamsWindows() {}

    /** Arguments: bootstrap servers, topic, URL, user and password of the database. */
    public static void main(String[] args) throws Exception {
        StreamsBuilder builder = new StreamsBuilder();
        builder.stream(
                        args[1],
                        Consumed.with(Serdes.ByteArray(), Change.serde())
                                .withTimestampExtractor((change, newest) -> ((Change) change.value()).eventTimeMs()))
                .flatMap((key, change) -> parts(change))
                .groupByKey(Grouped.with(Streams.GROUPS, Serdes.Integer(), Sum.serde()))
                .windowedBy(TimeWindows.ofSizeAndGrace(OrderAgg.WINDOW, GRACE))
                .aggregate(
                        () -> Sum.NONE,
                        (customer, part, sum) -> sum.plus(part),
                        Materialized.with(Serdes.Integer(), Sum.serde()))
                .suppress(Suppressed.untilWindowCloses(BufferConfig.unbounded()))
                .toStream((customer, sum) -> new Group(customer.window().start(), customer.key()))
                .process(() -> new Upserts(args));
        Streams.run(builder.build(), args[0], args[1]);
    }

    private static List<KeyValue<Integer, Sum>> parts(Change change) {
        List<KeyValue<Integer, Sum>> parts = new ArrayList<>(2);
        Order before = change.before();
        if (before != null) {
            parts.add(KeyValue.pair(before.customer(), Sum.NONE.minus(before.share())));
        }
        Order after = change.after();
        if (after != null) {
            parts.add(KeyValue.pair(after.customer(), after.share()));
        }
        return parts;
    }
}
