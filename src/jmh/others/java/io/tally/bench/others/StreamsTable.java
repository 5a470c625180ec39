package io.tally.bench.others;

import io.tally.bench.others.Streams.Group;
import io.tally.bench.others.Streams.Order;
import io.tally.bench.others.Streams.Sum;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;

/** Kafka Streams: a table of the orders, grouped by minute and customer with a subtractor, upserted by JDBC. */
final class StreamsTable {

    private StreamsTable() {}

    /** Arguments: bootstrap servers, topic, URL, user and password of the database. */
    public static void main(String[] args) throws Exception {
        StreamsBuilder builder = new StreamsBuilder();
        builder.table(args[1], Consumed.with(Serdes.ByteArray(), Order.serde()))
                .groupBy(
                        (key, order) -> KeyValue.pair(order.group(), order.share()),
                        Grouped.with(Streams.GROUPS, Group.serde(), Sum.serde()))
                .aggregate(
                        () -> Sum.NONE,
                        (group, share, sum) -> sum.plus(share),
                        (group, share, sum) -> sum.minus(share),
                        Materialized.with(Group.serde(), Sum.serde()))
                .toStream()
                .process(() -> new Upserts(args));
        Streams.run(builder.build(), args[0], args[1]);
    }
}
