package io.tally;

import io.tally.cdc.DebeziumDecoder;
import io.tally.cdc.DecoderSettings;
import io.tally.ingest.Decoders;
import io.tally.publish.SourceColumns;
import io.tally.registry.SchemaRegistry;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.HashSet;
import java.util.Set;

/** Makes decoders of the columns that the views over a topic's table read. */
@Singleton
final class TopicDecoders implements Decoders {

    private final TallyConfig config;
    private final ViewStart views;
    private final SchemaRegistry registry;

    @Inject
    TopicDecoders(TallyConfig config, ViewStart views, SchemaRegistry registry) {
        this.config = config;
        this.views = views;
        this.registry = registry;
    }

    @Override
    public DebeziumDecoder decoder(String topic) {
        SourceColumns columns = views.columns(topic);
        Set<String> tables = new HashSet<>(config.source().aliases().orElse(Set.of()));
        tables.removeAll(views.tables());
        tables.add(columns.table());
        return new DebeziumDecoder(new DecoderSettings(
                columns.primaryKey(),
                new CatalogColumns(config.source(), columns),
                config.updates(),
                tables,
                config.format(),
                registry.configured() ? registry : null));
    }
}
