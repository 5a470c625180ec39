package io.tally.ingest;

import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Utils;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.OnOverflow;
import org.jboss.logging.Logger;

/**
 * Sends what cannot be counted to the dead-letter topic: original key, value and headers, with what is wrong in headers
 * of ours. Keeps at it until the broker has taken them all.
 */
@ApplicationScoped
class DeadLetters {

    private static final Logger LOG = Logger.getLogger(DeadLetters.class);

    private static final Duration FIRST_RETRY = Duration.ofMillis(200);
    private static final Duration SLOWEST_RETRY = Duration.ofSeconds(10);

    private final MutinyEmitter<byte[]> emitter;
    private final DeadLetterLog log;
    private final InstantSource clock;
    private final String version;

    /** @param emitter its buffer is bounded by what one poll per loop can hold, since a loop waits for its own */
    DeadLetters(
            @Channel("dead-letters") @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER) MutinyEmitter<byte[]> emitter,
            DeadLetterLog log,
            InstantSource clock,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        this.emitter = emitter;
        this.log = log;
        this.clock = clock;
        this.version = version;
    }

    /** Completes when the broker has taken all of them. */
    Uni<Void> send(List<DeadLetter> deadLetters) {
        List<Uni<Void>> sends = deadLetters.stream().map(this::send).toList();
        return Uni.join().all(sends).andFailFast().replaceWithVoid();
    }

    private Uni<Void> send(DeadLetter deadLetter) {
        log.note(deadLetter, clock.millis());
        return emitter.sendMessage(message(deadLetter, bytes(deadLetter.record().value())))
                .onFailure(DeadLetters::isTooLarge)
                .recoverWithUni(() -> emitter.sendMessage(message(deadLetter, pointer(deadLetter.record()))))
                .onFailure()
                .invoke(failure -> LOG.warnf("dead letter not taken by the broker, trying again: %s", failure))
                .onFailure()
                .retry()
                .withBackOff(FIRST_RETRY, SLOWEST_RETRY)
                .indefinitely();
    }

    private Message<byte[]> message(DeadLetter deadLetter, byte[] value) {
        return Message.of(value)
                .addMetadata(OutgoingKafkaRecordMetadata.builder()
                        .withKey(bytes(deadLetter.record().key()))
                        .withHeaders(headers(deadLetter))
                        .build());
    }

    private Headers headers(DeadLetter deadLetter) {
        ConsumerRecord<ByteBuffer, ByteBuffer> record = deadLetter.record();
        Headers headers = new RecordHeaders(record.headers());
        add(headers, "dead-letter-reason", deadLetter.fault().reason().code());
        add(headers, "dead-letter-cause", deadLetter.fault().getMessage());
        add(headers, "dead-letter-topic", record.topic());
        add(headers, "dead-letter-partition", Integer.toString(record.partition()));
        add(headers, "dead-letter-offset", Long.toString(record.offset()));
        add(headers, "dead-letter-time", clock.instant().toString());
        add(headers, "dead-letter-engine-version", version);
        return headers;
    }

    private static void add(Headers headers, String name, String value) {
        headers.add(name, value.getBytes(StandardCharsets.UTF_8));
    }

    /** Stands for a value that the dead-letter topic does not take: where it is, and how to recognise it. */
    private static byte[] pointer(ConsumerRecord<ByteBuffer, ByteBuffer> record) {
        byte[] value = bytes(record.value());
        String text = "{\"topic\":\"" + record.topic() + "\",\"partition\":" + record.partition() + ",\"offset\":"
                + record.offset() + ",\"bytes\":" + value.length + ",\"murmur2\":" + Utils.murmur2(value) + "}";
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        return buffer == null ? null : Utils.toArray(buffer);
    }

    private static boolean isTooLarge(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof RecordTooLargeException) {
                return true;
            }
        }
        return false;
    }
}
