package io.tally.testkit;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** The topic of a pipeline, read by a plain consumer. Belongs to one thread. */
public final class OrdersTopic implements AutoCloseable {

    private final String topic;
    private final KafkaConsumer<byte[], byte[]> consumer;

    public OrdersTopic(TestPipeline pipeline) {
        this(pipeline, pipeline.topic());
    }

    private OrdersTopic(TestPipeline pipeline, String topic) {
        this.topic = topic;
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                pipeline.stack().bootstrapServers(),
                "isolation.level",
                "read_committed",
                "allow.auto.create.topics",
                false);
        consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** The dead letters of the pipeline instead. */
    public static OrdersTopic ofDeadLetters(TestPipeline pipeline) {
        return new OrdersTopic(pipeline, pipeline.deadLetterTopic());
    }

    /** Offsets given away so far that a reader may see, transaction markers included; 0 if there is no topic yet. */
    public long size() {
        List<TopicPartition> partitions = partitions();
        // The consumer warns of offsets of partitions that it is not to read.
        consumer.assign(partitions);
        return consumer.endOffsets(partitions).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    /** Reads everything there is now, each partition in order. */
    public void read(Consumer<ConsumerRecord<byte[], byte[]>> reader) {
        List<TopicPartition> partitions = partitions();
        consumer.assign(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        consumer.seekToBeginning(partitions);
        while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
            consumer.poll(Duration.ofMillis(200)).forEach(reader);
        }
    }

    /** Text of a record's header; null if it has none of this name. */
    public static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        Header header = record.headers().lastHeader(name);
        return header == null ? null : new String(header.value(), StandardCharsets.UTF_8);
    }

    private List<TopicPartition> partitions() {
        return consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
    }

    @Override
    public void close() {
        consumer.close();
    }
}
