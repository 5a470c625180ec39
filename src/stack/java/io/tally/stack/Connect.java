package io.tally.stack;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.cli.ConnectDistributed;

/**
 * One distributed Kafka Connect worker with Debezium on its class path. With exactly-once support for sources, offsets
 * move in the transactions of the records; without, every few seconds, so that a killed connector sends some again.
 */
final class Connect extends Service {

    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(5);

    private final Broker broker;
    private final boolean exactlyOnce;
    private final Map<String, String> environment;
    private final Path data;
    private final Path temp;

    /**
     * @param name of the service, its worker group and its topics: workers of different names know nothing of each other
     * @param environment what a connector's configuration may refer to as {@code ${env:NAME}}
     */
    Connect(
            String name,
            int port,
            Broker broker,
            boolean exactlyOnce,
            Map<String, String> environment,
            Workspace workspace,
            Children children) {
        super(name, port, workspace, children);
        this.broker = broker;
        this.exactlyOnce = exactlyOnce;
        this.environment = environment;
        this.data = workspace.data(name);
        this.temp = workspace.temp();
    }

    String url() {
        return "http://127.0.0.1:" + port();
    }

    /** Works, and takes longer, when the broker is not there yet: the worker asks for it for a minute. */
    @Override
    void launch() throws StackException {
        Path config = data.resolve("worker.properties");
        try {
            Files.createDirectories(data);
            Files.writeString(config, config());
        } catch (IOException e) {
            throw new StackException("cannot write " + config + ": " + e, e);
        }
        // Connect's hour is its start, most of it code that runs once: a third less processor time without the
        // optimizing compiler, which would also take that time from the broker.
        ProcessBuilder builder =
                Jvm.run(ConnectDistributed.class, List.of("-XX:TieredStopAtLevel=1"), temp, config.toString());
        builder.environment().putAll(environment);
        Child child = spawn(builder, "KILL");
        try (HttpClient client =
                HttpClient.newBuilder().connectTimeout(REQUEST_LIMIT).build()) {
            HttpRequest health = HttpRequest.newBuilder(URI.create(url() + "/health"))
                    .timeout(REQUEST_LIMIT)
                    .build();
            Await.until("ready", START_LIMIT, child, () -> {
                var answer = client.send(health, BodyHandlers.ofString());
                if (answer.statusCode() != 200) {
                    throw new IOException(answer.body());
                }
                return true;
            });
        }
    }

    private String config() {
        return """
                bootstrap.servers=%1$s
                group.id=tally-%3$s
                listeners=http://127.0.0.1:%2$d
                rest.advertised.host.name=127.0.0.1
                exactly.once.source.support=%4$s
                offset.flush.interval.ms=5000
                key.converter=org.apache.kafka.connect.json.JsonConverter
                key.converter.schemas.enable=false
                value.converter=org.apache.kafka.connect.json.JsonConverter
                value.converter.schemas.enable=false
                config.providers=env
                config.providers.env.class=org.apache.kafka.common.config.provider.EnvVarConfigProvider
                config.providers.env.param.allowlist.pattern=DEBEZIUM_.*
                config.storage.topic=%3$s-configs
                config.storage.replication.factor=1
                offset.storage.topic=%3$s-offsets
                offset.storage.replication.factor=1
                offset.storage.partitions=1
                status.storage.topic=%3$s-status
                status.storage.replication.factor=1
                status.storage.partitions=1
                # There is no second worker to wait for: connectors of a killed one start again as soon as it is back,
                # not after five minutes. Its old membership ends with the session: in about the time that a start takes.
                # After a heartbeat without a broker the worker stops its connectors, so that is not shorter.
                scheduled.rebalance.max.delay.ms=0
                session.timeout.ms=3000
                heartbeat.interval.ms=1000
                # Started together with the broker, the worker should notice soon that it is there.
                reconnect.backoff.ms=50
                reconnect.backoff.max.ms=250
                # All plugins name themselves in META-INF/services; the search through the whole class path is slow.
                plugin.discovery=service_load
                """.formatted(broker.bootstrapServers(), port(), name(), exactlyOnce ? "enabled" : "disabled");
    }
}
