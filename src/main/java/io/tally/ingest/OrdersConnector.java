package io.tally.ingest;

import io.quarkus.runtime.ShutdownEvent;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.connector.InboundConnector;
import io.tally.cdc.DebeziumDecoder;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Flow;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
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

    /** Some polls. */
    private static final long NEAR_RECORDS = 5_000;

    private static final Set<String> OF_A_GROUP = Set.of(
            ConsumerConfig.GROUP_ID_CONFIG,
            ConsumerConfig.GROUP_INSTANCE_ID_CONFIG,
            ConsumerConfig.GROUP_PROTOCOL_CONFIG);

    private final Map<String, Object> kafka;
    private final ViewInputs views;
    private final TopicProbe probe;
    private final Decoders decoders;
    private final ShapeLog shapes;
    private final Readers readers;
    private final Event<Refusal> refusals;
    private final OrdersIn ordersIn;
    private final InstantSource clock;
    private final CatchUp catchUp = new CatchUp(NEAR_RECORDS);
    private int channels;

    OrdersConnector(
            @Identifier("default-kafka-broker") Map<String, Object> kafka,
            ViewInputs views,
            TopicProbe probe,
            Decoders decoders,
            ShapeLog shapes,
            Readers readers,
            Event<Refusal> refusals,
            OrdersIn ordersIn,
            InstantSource clock) {
        this.kafka = kafka;
        this.views = views;
        this.probe = probe;
        this.decoders = decoders;
        this.shapes = shapes;
        this.readers = readers;
        this.refusals = refusals;
        this.ordersIn = ordersIn;
        this.clock = clock;
    }

    /** Begins to emit when the views are known. */
    @Override
    public Flow.Publisher<? extends Message<?>> getPublisher(Config channel) {
        String name = "tally-read-" + ++channels;
        boolean isFirst = channels == 1;
        Map<String, Object> consumerConfig = consumerConfig(channel, name);
        return (Flow.Publisher<Message<Polled>>) subscriber -> views.whenKnown(known -> {
            PollLoop loop = loop(
                    name,
                    consumerConfig,
                    known,
                    consumer -> new Assignments(consumer, known, probe::topic, catchUp, refusals::fire));
            readers.add(loop);
            if (isFirst && hasSeveralViewsOfOneTopic(known)) {
                startCatchingUp(channel, known);
            }
            loop.subscribe(subscriber);
        });
    }

    /** Of several views one may be behind. The thread has a consumer, but no connection until it has something to do. */
    private void startCatchingUp(Config channel, List<ViewInput> known) {
        String name = "tally-catch-up";
        Map<String, Object> config = consumerConfig(channel, name);
        config.keySet().removeAll(OF_A_GROUP);
        PollLoop loop = loop(name, config, known, catchUp::with);
        readers.addCatchUp(loop);
        loop.subscribe(new EachPoll(ordersIn::read));
    }

    private static boolean hasSeveralViewsOfOneTopic(List<ViewInput> known) {
        return topics(known).size() < known.size();
    }

    private static Set<String> topics(List<ViewInput> known) {
        return known.stream().map(ViewInput::topic).collect(Collectors.toSet());
    }

    private PollLoop loop(
            String name,
            Map<String, Object> config,
            List<ViewInput> known,
            Function<Consumer<ByteBuffer, ByteBuffer>, Reading> readingOf) {
        Map<String, DebeziumDecoder> decoderOf =
                topics(known).stream().collect(Collectors.toMap(Function.identity(), decoders::decoder));
        return new PollLoop(
                name,
                () -> new KafkaConsumer<>(config, new ByteBufferDeserializer(), new ByteBufferDeserializer()),
                readingOf,
                known.stream().map(ViewInput::store).toList(),
                clock,
                new Polled(decoderOf, shapes));
    }

    private Map<String, Object> consumerConfig(Config channel, String clientId) {
        Map<String, Object> config = new HashMap<>(kafka);
        config.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
        for (String name : ConsumerConfig.configNames()) {
            channel.getOptionalValue(name, String.class).ifPresent(value -> config.put(name, value));
        }
        config.keySet().retainAll(ConsumerConfig.configNames());
        // The settings that exactness rests on are fixed.
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        return config;
    }

    /** All at once, so that none takes over what another leaves, and while there is somebody to answer what they have asked. */
    void stop(@Observes ShutdownEvent event) {
        readers.stop();
    }
}
