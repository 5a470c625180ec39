package io.tally.ingest;

import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.connector.InboundConnector;
import io.tally.cdc.DebeziumDecoder;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Flow;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteBufferDeserializer;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.eclipse.microprofile.reactive.messaging.spi.Connector;

/**
 * The Reactive Messaging connector of the {@code orders} channel. Each copy of the channel ({@code concurrency}) is one
 * consumer with a poll loop of its own. Attributes with the names of Kafka consumer settings are passed on.
 */
@ApplicationScoped
@Connector(OrdersConnector.NAME)
class OrdersConnector implements InboundConnector {

    static final String NAME = "tally-orders";

    private final Map<String, Object> kafka;
    private final IngestSettings settings;
    private final KeptViews views;
    private final TopicProbe probe;
    private final Instance<DebeziumDecoder> decoders;
    private final ShapeLog shapes;
    private final Readers readers;
    private final Event<Refusal> refusals;
    private final InstantSource clock;
    private int channels;

    OrdersConnector(
            @Identifier("default-kafka-broker") Map<String, Object> kafka,
            IngestSettings settings,
            KeptViews views,
            TopicProbe probe,
            Instance<DebeziumDecoder> decoders,
            ShapeLog shapes,
            Readers readers,
            Event<Refusal> refusals,
            InstantSource clock) {
        this.kafka = kafka;
        this.settings = settings;
        this.views = views;
        this.probe = probe;
        this.decoders = decoders;
        this.shapes = shapes;
        this.readers = readers;
        this.refusals = refusals;
        this.clock = clock;
    }

    /** What it gives begins when the views are known. */
    @Override
    public Flow.Publisher<? extends Message<?>> getPublisher(Config channel) {
        Map<String, Object> consumerConfig = consumerConfig(channel, "tally-read-" + ++channels);
        return (Flow.Publisher<Message<Polled>>) subscriber -> views.whenKnown(known -> {
            PollLoop loop = loop(consumerConfig, known.getFirst());
            readers.add(loop);
            loop.subscribe(subscriber);
        });
    }

    private PollLoop loop(Map<String, Object> consumerConfig, KeptView view) {
        return new PollLoop(
                (String) consumerConfig.get(ConsumerConfig.CLIENT_ID_CONFIG),
                settings.topic(),
                () -> new KafkaConsumer<>(consumerConfig, new ByteBufferDeserializer(), new ByteBufferDeserializer()),
                consumer -> new Assignments(
                        consumer, view.checkpoints(), probe::facts, view.store(), view.settings(), refusals::fire),
                view.store(),
                clock,
                new Polled(decoders.get(), shapes));
    }

    private Map<String, Object> consumerConfig(Config channel, String clientId) {
        Map<String, Object> config = new HashMap<>(kafka);
        config.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
        for (String name : ConsumerConfig.configNames()) {
            channel.getOptionalValue(name, String.class).ifPresent(value -> config.put(name, value));
        }
        config.keySet().retainAll(ConsumerConfig.configNames());
        // What exactness rests on is not a setting.
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        return config;
    }

    /** All at once, so that none takes over what another leaves, and while there is somebody to answer what they have asked. */
    void stop(@Observes ShutdownEvent event) {
        readers.loops().forEach(PollLoop::askToStop);
        readers.loops().forEach(PollLoop::stop);
    }
}
