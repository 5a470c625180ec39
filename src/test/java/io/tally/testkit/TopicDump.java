package io.tally.testkit;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Keeps the orders topic when the stack goes, so that it can be found out who lost what. */
public final class TopicDump {

    private static final Duration SILENCE = Duration.ofSeconds(5);

    private TopicDump() {}

    /** Writes all committed records to a file, a line each: partition, offset, key, value. */
    public static void write(TestPipeline pipeline, Path file) throws IOException {
        Map<String, Object> config = Map.of(
                "bootstrap.servers", pipeline.stack().bootstrapServers(),
                "isolation.level", "read_committed",
                "auto.offset.reset", "earliest");
        try (KafkaConsumer<String, String> consumer =
                        new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
                BufferedWriter out = Files.newBufferedWriter(file)) {
            List<TopicPartition> partitions = consumer.partitionsFor(pipeline.topic()).stream()
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            consumer.assign(partitions);
            for (var records = consumer.poll(SILENCE); !records.isEmpty(); records = consumer.poll(SILENCE)) {
                for (ConsumerRecord<String, String> record : records) {
                    out.write(record.partition() + "\t" + record.offset() + "\t" + record.key() + "\t" + record.value()
                            + "\n");
                }
            }
        }
    }
}
