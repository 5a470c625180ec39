package io.tally;

import io.tally.cdc.DebeziumDecoder;
import io.tally.cdc.DecoderSettings;
import io.tally.cdc.RecordFormat;
import io.tally.cdc.UpdateMode;
import io.tally.ingest.DeadLetterSettings;
import io.tally.ingest.IngestSettings;
import io.tally.publish.OrdersTable;
import io.tally.publish.PublishSettings;
import io.tally.publish.SourceColumns;
import io.tally.publish.ViewEngines;
import io.tally.registry.RegistrySettings;
import io.tally.registry.SchemaRegistry;
import io.tally.view.DefaultView;
import io.tally.view.View;
import io.tally.window.Checkpoints;
import io.tally.window.WindowSettings;
import io.tally.window.WindowStore;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Checks the settings and turns them into what the packages need. */
@ApplicationScoped
class EngineBeans {

    private static final Pattern TABLE_NAME = Pattern.compile("[^.\"\\s]+(\\.[^.\"\\s]+)?");

    @Produces
    @Singleton
    InstantSource clock() {
        return Clock.systemUTC();
    }

    @Produces
    @Singleton
    View view(TallyConfig config) {
        int scale = config.priceScale();
        check("tally.price-scale", scale, scale >= 0 && scale <= 12, "0 to 12");
        Duration size = config.window().size();
        check("tally.window.size", size, size.isPositive() && size.toNanosPart() == 0, "whole seconds, more than zero");
        checkTableName("tally.source.table", config.source().table());
        Columns columns = columns(config);
        return DefaultView.of(
                config.source().table(),
                columns.customerId(),
                columns.quantity(),
                columns.price(),
                columns.eventTime(),
                scale,
                size);
    }

    @Produces
    @Singleton
    WindowSettings windowSettings(TallyConfig config, View view) {
        Duration size = config.window().size();
        check(
                "tally.out-of-orderness",
                config.outOfOrderness(),
                !config.outOfOrderness().isNegative(),
                "zero or more");
        check("tally.idle-timeout", config.idleTimeout(), config.idleTimeout().isPositive(), "more than zero");
        check("tally.max-future", config.maxFuture(), !config.maxFuture().isNegative(), "zero or more");
        check("tally.max-entries", config.maxEntries(), config.maxEntries() >= 1_000, "1000 or more");
        Duration after = config.publishEarly().after();
        check("tally.publish-early.after", after, after.compareTo(size) >= 0, "tally.window.size or more");
        long records = config.publishEarly().records();
        check("tally.publish-early.records", records, records >= 1_000, "1000 or more");
        config.historyOlderThan()
                .ifPresent(age ->
                        check("tally.history-older-than", age, age.compareTo(size) >= 0, "tally.window.size or more"));
        int scale = config.priceScale();
        check("tally.price-scale", scale, scale >= 0 && scale <= 12, "0 to 12");
        return new WindowSettings(
                view,
                config.outOfOrderness().toMillis(),
                config.idleTimeout().toMillis(),
                config.maxFuture().toMillis(),
                config.maxEntries(),
                after.toMillis(),
                records,
                config.onTruncate() == TallyConfig.OnTruncate.REBUILD,
                resultsDiffer(config).isEmpty(),
                config.historyOlderThan().map(Duration::toMillis).orElse(WindowSettings.NEVER));
    }

    /** Where what is read goes. */
    @Produces
    @Singleton
    WindowStore windowStore(ViewEngines views) {
        return views.all().getFirst().store();
    }

    /** Who decides where reading goes on. */
    @Produces
    @Singleton
    Checkpoints checkpoints(ViewEngines views) {
        return views.all().getFirst().takeover();
    }

    @Produces
    @Singleton
    PublishSettings publishSettings(TallyConfig config, View view) {
        check(
                "tally.event-time",
                "commit",
                config.eventTime() == TallyConfig.EventTime.COLUMN,
                "column: rows of a table do not know when they were committed, so order_agg could neither be filled from"
                        + " orders nor audited. Give orders a column that says when a row was added, such as"
                        + " recorded_at TIMESTAMPTZ NOT NULL DEFAULT clock_timestamp(), and set tally.columns.event-time to it");
        Columns columns = columns(config);
        Map<String, String> rowSettings = new HashMap<>(Map.of(
                "tally.window.size",
                config.window().size().toString(),
                "tally.price-scale",
                Integer.toString(config.priceScale()),
                "tally.updates",
                config.updates().name().toLowerCase(Locale.ROOT),
                "tally.source.table",
                config.source().table(),
                PublishSettings.HISTORY,
                config.historyOlderThan().map(Duration::toString).orElse("never")));
        if (!columns.equals(Columns.defaults())) {
            // Only then: what was filled before these settings existed has the usual names.
            rowSettings.put("tally.columns", columns.toString());
        }
        return new PublishSettings(
                rowSettings,
                view,
                config.maxFuture().toSeconds(),
                config.historyOlderThan(),
                config.updates() == UpdateMode.RETRACT,
                OrdersTable.of(
                        config.source().table(),
                        columns.orderId(),
                        columns.customerId(),
                        columns.quantity(),
                        columns.price(),
                        columns.eventTime(),
                        config.priceScale()),
                config.source().slot(),
                config.restartMargin(),
                config.createSchema(),
                config.rebuild(),
                config.onLostGround() == TallyConfig.OnLostGround.STOP,
                audit(config));
    }

    private static PublishSettings.Audit audit(TallyConfig config) {
        Duration every = config.audit().every();
        Duration range = config.audit().range();
        check("tally.audit.every", every, every.isPositive(), "more than zero");
        check("tally.audit.range", range, range.compareTo(config.window().size()) >= 0, "tally.window.size or more");
        Optional<String> offBecause = Optional.empty();
        if (!config.audit().enabled()) {
            offBecause = Optional.of("tally.audit.enabled=false");
        } else {
            offBecause = resultsDiffer(config);
        }
        return new PublishSettings.Audit(offBecause, every, range);
    }

    /** Why the results need not be what the table adds up to, or empty. */
    private static Optional<String> resultsDiffer(TallyConfig config) {
        if (config.updates() == UpdateMode.APPEND) {
            return Optional.of("tally.updates=append makes order_agg differ from orders");
        }
        return config.onTruncate() == TallyConfig.OnTruncate.IGNORE
                ? Optional.of("tally.on-truncate=ignore lets order_agg differ from orders")
                : Optional.empty();
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
    RegistrySettings registrySettings(TallyConfig config) {
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
                url,
                basic.or(() -> bearer),
                registry.tlsConfigurationName(),
                columns(config).names());
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

    /** One for each poll loop: a decoder is used by one thread. */
    @Produces
    @Dependent
    DebeziumDecoder decoder(TallyConfig config, SourceColumns catalog, SchemaRegistry registry) {
        Set<String> tables = new HashSet<>(config.source().aliases().orElse(Set.of()));
        tables.forEach(alias -> checkTableName("tally.source.aliases", alias));
        tables.add(config.source().table());
        config.source()
                .priceDecimals()
                .ifPresent(decimals ->
                        check("tally.source.price-decimals", decimals, decimals >= 0 && decimals <= 1000, "0 to 1000"));
        Columns columns = columns(config);
        return new DebeziumDecoder(new DecoderSettings(
                columns.orderId(),
                new CatalogColumns(columns, config.source(), catalog),
                config.updates(),
                tables,
                config.format(),
                registry.configured() ? registry : null));
    }

    private static void checkTableName(String key, String name) {
        check(
                key,
                name,
                TABLE_NAME.matcher(name).matches(),
                "schema.table, or table, spelt as the catalog has them and without quotes");
    }

    private static Columns columns(TallyConfig config) {
        TallyConfig.Columns names = config.columns();
        try {
            return new Columns(names.orderId(), names.customerId(), names.quantity(), names.price(), names.eventTime());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("tally.columns is not possible: " + e.getMessage(), e);
        }
    }

    private static void check(String key, Object value, boolean fine, String wanted) {
        if (!fine) {
            throw new IllegalArgumentException(key + "=" + value + " is not possible, expected " + wanted);
        }
    }
}
