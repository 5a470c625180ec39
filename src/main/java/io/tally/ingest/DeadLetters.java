package io.tally.ingest;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
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
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.AuthenticationException;
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
 * Sends what cannot be counted for some view to the dead-letter topic: original key, value and headers, with what is wrong in
 * headers of ours. Keeps at it until the broker has taken them all, whatever it says: an attempt ends soon, so that what is
 * wrong shows at once and what was mended is noticed.
 */
@ApplicationScoped
class DeadLetters {

    private static final Logger LOG = Logger.getLogger(DeadLetters.class);

    private static final Duration FIRST_RETRY = Duration.ofMillis(200);
    private static final Duration SLOWEST_RETRY = Duration.ofSeconds(1);
    private static final Duration LOG_INTERVAL = Duration.ofMinutes(1);

    private final MutinyEmitter<byte[]> emitter;
    private final DeadLetterTopic topic;
    private final DeadLetterLog log;
    private final InstantSource clock;
    private final String version;

    private volatile String failure;
    private volatile String said;
    private volatile long nextLineMs;

    /** @param emitter its buffer is bounded by what one poll per loop can hold, since a loop waits for its own */
    DeadLetters(
            @Channel("dead-letters") @OnOverflow(OnOverflow.Strategy.UNBOUNDED_BUFFER) MutinyEmitter<byte[]> emitter,
            DeadLetterTopic topic,
            DeadLetterLog log,
            InstantSource clock,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        this.emitter = emitter;
        this.topic = topic;
        this.log = log;
        this.clock = clock;
        this.version = version;
    }

    /** Completes when the broker has taken all of them. One goes ahead: while none is taken, one asks, not thousands. */
    Uni<Void> send(List<DeadLetter> deadLetters) {
        Uni<Void> first = send(deadLetters.getFirst());
        List<DeadLetter> others = deadLetters.subList(1, deadLetters.size());
        return others.isEmpty() ? first : first.chain(() -> sendAtOnce(others));
    }

    private Uni<Void> sendAtOnce(List<DeadLetter> deadLetters) {
        List<Uni<Void>> sends = deadLetters.stream().map(this::send).toList();
        return Uni.join().all(sends).andFailFast().replaceWithVoid();
    }

    private Uni<Void> send(DeadLetter deadLetter) {
        log.note(deadLetter, clock.millis());
        ConsumerRecord<ByteBuffer, ByteBuffer> record = deadLetter.record();
        return emitter.sendMessage(message(deadLetter, bytes(record.value()), record.headers()))
                .onFailure(failure -> KafkaFailures.apiError(failure) instanceof RecordTooLargeException)
                .recoverWithUni(() -> emitter.sendMessage(message(deadLetter, pointer(record), new RecordHeaders())))
                .onFailure()
                .invoke(this::note)
                .onFailure()
                .retry()
                .withBackOff(FIRST_RETRY, SLOWEST_RETRY)
                .indefinitely()
                .invoke(() -> failure = null);
    }

    private void note(Throwable cause) {
        Throwable error = KafkaFailures.apiError(cause);
        boolean saysItAll = error instanceof ApiException && !(error instanceof AuthenticationException);
        String why = saysItAll ? error.getMessage() : KafkaFailures.describe(error);
        String remedy = topic.remedy(error);
        String found = "dead letters are not taken, topic=" + topic.name() + ", and the records wait: " + why
                + (remedy == null ? "" : (why.endsWith(".") ? " " : ". ") + remedy);
        failure = found;
        long nowMs = clock.millis();
        if (!found.equals(said) || nowMs >= nextLineMs) {
            said = found;
            nextLineMs = nowMs + LOG_INTERVAL.toMillis();
            LOG.warnf("%s; trying again", found);
        }
    }

    /** Why the broker has not taken the last one that was tried, with the remedy, or null. */
    String failure() {
        return failure;
    }

    private Message<byte[]> message(DeadLetter deadLetter, byte[] value, Headers original) {
        return Message.of(value)
                .addMetadata(OutgoingKafkaRecordMetadata.builder()
                        .withKey(bytes(deadLetter.record().key()))
                        .withHeaders(headers(deadLetter, original))
                        .build());
    }

    private Headers headers(DeadLetter deadLetter, Headers original) {
        ConsumerRecord<ByteBuffer, ByteBuffer> record = deadLetter.record();
        Headers headers = new RecordHeaders(original);
        add(headers, "dead-letter-reason", deadLetter.fault().reason().code());
        add(headers, "dead-letter-cause", deadLetter.fault().getMessage());
        add(headers, "dead-letter-views", String.join(",", deadLetter.views()));
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

    /** Stands for a record that the dead-letter topic does not take: where it is, and how to recognise it. */
    private static byte[] pointer(ConsumerRecord<ByteBuffer, ByteBuffer> record) {
        byte[] value = bytes(record.value());
        return JsonNodeFactory.instance
                .objectNode()
                .put("topic", record.topic())
                .put("partition", record.partition())
                .put("offset", record.offset())
                .put("bytes", value.length)
                .put("murmur2", Utils.murmur2(value))
                .toString()
                .getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        return buffer == null ? null : Utils.toArray(buffer);
    }
}
