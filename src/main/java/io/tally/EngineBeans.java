package io.tally;

import io.tally.cdc.Columns;
import io.tally.cdc.DebeziumDecoder;
import io.tally.ingest.IngestSettings;
import io.tally.publish.OrdersTable;
import io.tally.publish.PublishSettings;
import io.tally.window.TumblingWindows;
import io.tally.window.WindowSettings;
import io.tally.window.WindowStore;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.Dependent;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Checks the settings and turns them into what the packages need. */
@ApplicationScoped
class EngineBeans {

    private static final Columns COLUMNS = Columns.defaults();

    @Produces
    @Singleton
    InstantSource clock() {
        return Clock.systemUTC();
    }

    @Produces
    @Singleton
    WindowSettings windowSettings(TallyConfig config) {
        Duration size = config.window().size();
        check("tally.window.size", size, size.isPositive() && size.toNanosPart() == 0, "whole seconds, more than zero");
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
        return new WindowSettings(
                new TumblingWindows(size.toMillis()),
                config.outOfOrderness().toMillis(),
                config.idleTimeout().toMillis(),
                config.maxFuture().toMillis(),
                config.maxEntries(),
                after.toMillis(),
                records,
                config.onTruncate() == TallyConfig.OnTruncate.REBUILD);
    }

    @Produces
    @Singleton
    WindowStore windowStore(WindowSettings settings) {
        return new WindowStore(settings);
    }

    @Produces
    @Singleton
    PublishSettings publishSettings(TallyConfig config) {
        Map<String, String> rowSettings = Map.of(
                "tally.window.size",
                config.window().size().toString(),
                "tally.price-scale",
                Integer.toString(config.priceScale()),
                "tally.updates",
                config.updates().name().toLowerCase(Locale.ROOT),
                "tally.source.table",
                config.source().table());
        return new PublishSettings(
                rowSettings,
                config.window().size().toSeconds(),
                config.priceScale(),
                config.maxFuture().toSeconds(),
                OrdersTable.of(
                        config.source().table(),
                        COLUMNS.customerId(),
                        COLUMNS.quantity(),
                        COLUMNS.price(),
                        COLUMNS.eventTime()),
                config.source().slot(),
                config.createSchema(),
                config.rebuild(),
                config.onLostGround() == TallyConfig.OnLostGround.STOP);
    }

    @Produces
    @Singleton
    IngestSettings ingestSettings(
            TallyConfig config, @ConfigProperty(name = "mp.messaging.incoming.orders.topic") String topic) {
        return new IngestSettings(topic, config.restartMargin());
    }

    /** One for each poll loop: a decoder is used by one thread. */
    @Produces
    @Dependent
    DebeziumDecoder decoder(TallyConfig config) {
        int scale = config.priceScale();
        check("tally.price-scale", scale, scale >= 0 && scale <= 12, "0 to 12");
        return new DebeziumDecoder(COLUMNS, scale, config.updates());
    }

    private static void check(String key, Object value, boolean fine, String wanted) {
        if (!fine) {
            throw new IllegalArgumentException(key + "=" + value + " is not possible, expected " + wanted);
        }
    }
}
