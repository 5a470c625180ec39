package io.tally;

import io.tally.cdc.ColumnNames;
import io.tally.cdc.RecordFormat;
import io.tally.cdc.UpdateMode;
import io.tally.ingest.DeadLetterSettings;
import io.tally.ingest.IngestSettings;
import io.tally.publish.SourceColumns;
import io.tally.registry.RegistrySettings;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Checks the settings and turns them into what the packages need. */
@ApplicationScoped
class EngineBeans {

    @Produces
    @Singleton
    InstantSource clock() {
        return Clock.systemUTC();
    }

    @Produces
    @Singleton
    IngestSettings ingestSettings(
            TallyConfig config, @ConfigProperty(name = "mp.messaging.incoming.orders.topic") String topic) {
        return new IngestSettings(
                topic,
                config.restartMargin(),
                config.updates() == UpdateMode.RETRACT,
                config.onUndecodable() == TallyConfig.OnUndecodable.FAIL);
    }

    @Produces
    @Singleton
    DeadLetterSettings deadLetterSettings(
            TallyConfig config, @ConfigProperty(name = "mp.messaging.outgoing.dead-letters.topic") String topic) {
        TallyConfig.DeadLetters settings = config.deadLetters();
        settings.partitions()
                .ifPresent(count -> check("tally.dead-letters.partitions", count, count >= 1, "1 or more"));
        settings.replication()
                .ifPresent(count -> check("tally.dead-letters.replication", count, count >= 1, "1 or more"));
        Duration retention = settings.retention();
        check("tally.dead-letters.retention", retention, retention.isPositive(), "more than zero");
        return new DeadLetterSettings(topic, settings.partitions(), settings.replication(), retention);
    }

    @Produces
    @Singleton
    RegistrySettings registrySettings(TallyConfig config, ViewStart views) {
        TallyConfig.Registry registry = config.registry();
        Optional<URI> url = registry.url().map(EngineBeans::registryAddress);
        check(
                "tally.format",
                "avro",
                url.isPresent() || config.format() != RecordFormat.AVRO,
                "tally.registry.url as well");
        Optional<String> basic = registry.username().map(name -> {
            String pair = name + ":" + registry.password().orElse("");
            return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
        });
        Optional<String> bearer = registry.token().map(token -> "Bearer " + token);
        check("tally.registry.token", "…", basic.isEmpty() || bearer.isEmpty(), "this or tally.registry.username");
        return new RegistrySettings(
                url, basic.or(() -> bearer), registry.tlsConfigurationName(), () -> names(views.columns()));
    }

    private static URI registryAddress(String url) {
        URI address;
        try {
            address = new URI(url);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("tally.registry.url is not possible: " + e.getMessage(), e);
        }
        boolean web = "http".equals(address.getScheme()) || "https".equals(address.getScheme());
        check("tally.registry.url", url, web && address.getHost() != null, "http://… or https://…");
        // It is shown among the settings.
        check(
                "tally.registry.url",
                "…",
                address.getUserInfo() == null,
                "credentials in tally.registry.username and tally.registry.password");
        return address;
    }

    private static ColumnNames names(SourceColumns columns) {
        return new ColumnNames(
                columns.primaryKey(),
                columns.found().stream().map(column -> column.ref().name()).toList());
    }

    static void check(String key, Object value, boolean fine, String wanted) {
        if (!fine) {
            throw new IllegalArgumentException(key + "=" + value + " is not possible, expected " + wanted);
        }
    }
}
