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

    /**
     * Two listeners that speak TLS only; the second also demands a user, by SCRAM-SHA-512. Users are made by an admin client.
     *
     * @param keyStore PEM file with the key and the certificates
     */
    record Secured(Path keyStore, int tlsPort, int saslPort) {}

    private final int controllerPort;
    private final Proxied proxied;
    private final Secured secured;
    private final Path data;
    private final Path temp;

    /**
     * @param proxied null for no listener behind a proxy
     * @param secured null for no listeners with TLS
     */
    Broker(int port, int controllerPort, Proxied proxied, Secured secured, Workspace workspace, Children children) {
        super("broker", port, workspace, children);
        this.controllerPort = controllerPort;
        this.proxied = proxied;
        this.secured = secured;
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

    /** Where clients with TLS find the broker: {@code localhost}, which is what its certificate has to say. */
    Map<String, Object> securedState() {
        return secured == null
                ? Map.of()
                : Map.of("broker.tls.port", secured.tlsPort, "broker.sasl.port", secured.saslPort);
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
        String tls = "";
        if (secured != null) {
            listener += ",TLS://127.0.0.1:%d,SASL://127.0.0.1:%d".formatted(secured.tlsPort, secured.saslPort);
            advertised += ",TLS://localhost:%d,SASL://localhost:%d".formatted(secured.tlsPort, secured.saslPort);
            tls = tls();
        }
        return tls + """
                process.roles=broker,controller
                node.id=1
                listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d%4$s
                advertised.listeners=PLAINTEXT://127.0.0.1:%1$d%5$s
                listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:PLAINTEXT,TLS:SSL,SASL:SASL_SSL
                controller.listener.names=CONTROLLER
                controller.quorum.voters=1@127.0.0.1:%2$d
                log.dirs=%3$s
                # As on most brokers: whoever needs a topic makes it.
                auto.create.topics.enable=false
                num.partitions=4
                # Clients without a password may do everything; what others may not do, tests say.
                authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
                super.users=User:ANONYMOUS
                allow.everyone.if.no.acl.found=true
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
                # Whoever wants to be missed soon may, consumers and Connect alike; usually six seconds are the least.
                group.min.session.timeout.ms=1000
                # After a kill, the controller refuses the broker until its old session has ended; usually nine seconds.
                broker.session.timeout.ms=3000
                broker.heartbeat.interval.ms=500
                # The usual 128 MB would be a quarter of the heap.
                log.cleaner.dedupe.buffer.size=16777216
                """.formatted(port(), controllerPort, LOG_DIR, listener, advertised);
    }

    private String tls() {
        return """
                listener.name.tls.ssl.keystore.type=PEM
                listener.name.tls.ssl.keystore.location=%1$s
                listener.name.sasl.ssl.keystore.type=PEM
                listener.name.sasl.ssl.keystore.location=%1$s
                listener.name.sasl.sasl.enabled.mechanisms=SCRAM-SHA-512
                listener.name.sasl.scram-sha-512.sasl.jaas.config=\
                    org.apache.kafka.common.security.scram.ScramLoginModule required;
                """.formatted(secured.keyStore);
    }
}
