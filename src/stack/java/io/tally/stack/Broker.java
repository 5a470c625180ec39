package io.tally.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import kafka.Kafka;

/**
 * One Kafka node, broker and controller in one, in KRaft mode.
 *
 * <p>It keeps its just-in-time compiler whole, since it also serves benchmarks.
 */
final class Broker extends Service {

    private static final String LOG_DIR = "log";

    /**
     * A second listener, for clients that come through a proxy. A client asks the broker where it is; here it is told the
     * proxy's port.
     */
    record Proxied(int port, int proxyPort) {}

    private final int controllerPort;
    private final Proxied proxied;
    private final Path data;
    private final Path temp;

    /** @param proxied null for no second listener */
    Broker(int port, int controllerPort, Proxied proxied, Workspace workspace, Children children) {
        super("broker", port, workspace, children);
        this.controllerPort = controllerPort;
        this.proxied = proxied;
        this.data = workspace.data("broker");
        this.temp = workspace.temp();
    }

    String bootstrapServers() {
        return "127.0.0.1:" + port();
    }

    /** Where the proxy has to listen, and where to pass on to. */
    Map<String, Object> proxiedState() {
        return proxied == null
                ? Map.of()
                : Map.of("broker.proxied.port", proxied.port, "broker.proxy.port", proxied.proxyPort);
    }

    @Override
    void launch() throws StackException {
        Path config = data.resolve("server.properties");
        try {
            Files.createDirectories(data);
            Files.writeString(config, config());
        } catch (IOException e) {
            throw new StackException("cannot write " + config + ": " + e, e);
        }
        boolean formatted = Files.exists(data.resolve(LOG_DIR).resolve("meta.properties"));
        Class<?> main = formatted ? Kafka.class : BrokerMain.class;
        // LOG_DIR is relative: a path may hold what a properties file would read differently.
        ProcessBuilder builder =
                Jvm.run(main, List.of(), temp, config.toString()).directory(data.toFile());
        Child child = spawn(builder, "KILL");
        // A KRaft broker opens its listener last, when the controller has let it in ("unfenced") and requests are
        // served; until then connections are refused.
        Await.until("ready", START_LIMIT, child, () -> Ports.accepts(port()));
    }

    private String config() {
        String listener = proxied == null ? "" : ",PROXIED://127.0.0.1:" + proxied.port;
        String advertised = proxied == null ? "" : ",PROXIED://127.0.0.1:" + proxied.proxyPort;
        return """
                process.roles=broker,controller
                node.id=1
                listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d%4$s
                advertised.listeners=PLAINTEXT://127.0.0.1:%1$d%5$s
                listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT
                controller.listener.names=CONTROLLER
                controller.quorum.voters=1@127.0.0.1:%2$d
                log.dirs=%3$s
                # A consumer that comes before the connector creates the topic, as the connector would have.
                num.partitions=4
                # There is one node, so nothing can be replicated.
                default.replication.factor=1
                offsets.topic.replication.factor=1
                transaction.state.log.replication.factor=1
                transaction.state.log.min.isr=1
                share.coordinator.state.topic.replication.factor=1
                share.coordinator.state.topic.min.isr=1
                # Fewer partitions to create and to load than the usual 50; a start is a second shorter.
                offsets.topic.num.partitions=4
                transaction.state.log.num.partitions=4
                share.coordinator.state.topic.num.partitions=1
                # Consumers join one by one in tests; do not wait for more of them.
                group.initial.rebalance.delay.ms=0
                # After a kill, the controller refuses the broker until its old session has ended; usually nine seconds.
                broker.session.timeout.ms=3000
                broker.heartbeat.interval.ms=500
                # The usual 128 MB would be a quarter of the heap.
                log.cleaner.dedupe.buffer.size=16777216
                """.formatted(port(), controllerPort, LOG_DIR, listener, advertised);
    }
}
