package io.tally;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.config.EnvConfigSource;
import io.tally.datagen.DatagenConfig;
import io.tally.ingest.IngestSettings;
import io.tally.publish.ViewLoader;
import io.tally.registry.SchemaRegistry;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.interceptor.Interceptor;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.config.spi.ConfigSource;

/** Looks at all settings before anything starts, so that an impossible one ends the process with one line that names it. */
@ApplicationScoped
class SettingsCheck {

    private static final String IN_VIEW = "write it into the file that TALLY_VIEWS names";

    void check(
            @Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event,
            Instance<ViewSettings> views,
            Instance<ViewsFile> viewsFile,
            Instance<SourceTopics> topics,
            Instance<IngestSettings> ingest,
            Instance<SchemaRegistry> registry,
            @Identifier("default-kafka-broker") Instance<Map<String, Object>> kafka,
            Instance<ViewLoader> databases,
            Config config,
            @ConfigProperty(name = "quarkus.datasource.reactive.url") String databaseAddress) {
        String problem = new SecretFiles().problem();
        if (problem != null) {
            throw refusal(problem);
        }
        names().problem(propertiesOutsideOfTheEnvironment(config), System.getenv())
                .ifPresent(unknown -> {
                    throw refusal(unknown);
                });
        // A port of Quarkus's own, which takes anything but true for false.
        String apart = System.getenv("MANAGEMENT_ENABLED");
        if (apart != null && !apart.equals("true") && !apart.equals("false")) {
            throw refusal("MANAGEMENT_ENABLED=" + apart + " is not possible, expected true or false");
        }
        databaseProblem(databaseAddress).ifPresent(impossible -> {
            throw refusal(impossible);
        });
        make(viewsFile::get);
        make(views::get);
        make(topics::get);
        make(ingest::get);
        make(registry::get);
        make(kafka::get);
        make(databases::get);
    }

    static SettingNames names() {
        return new SettingNames("tally")
                .with("tally", TallyConfig.class)
                .with("tally.datagen", DatagenConfig.class)
                .without("tally.window.size", "the view says it: change date_bin in the file that TALLY_VIEWS names")
                .without("tally.max-entries", "it is called tally.max-groups")
                .without("tally.on-lost-ground", "it is called tally.on-data-loss")
                .without("tally.price-scale", "the view's columns say it: " + IN_VIEW)
                .without("tally.source.table", "the view says it: " + IN_VIEW)
                .without("tally.source.price-decimals", "the database's catalog says it: leave it out")
                .without("tally.columns.order-id", "the table's primary key says it: leave it out")
                .without("tally.columns.customer-id", "the view says it: " + IN_VIEW)
                .without("tally.columns.quantity", "the view says it: " + IN_VIEW)
                .without("tally.columns.price", "the view says it: " + IN_VIEW)
                .without("tally.columns.event-time", "the view says it: " + IN_VIEW)
                .without(
                        "tally.event-time",
                        "the view says it: its window is over a column, and docs/dialects.md has what to do for the time of a"
                                + " commit");
    }

    private static List<String> propertiesOutsideOfTheEnvironment(Config config) {
        List<String> properties = new ArrayList<>();
        for (ConfigSource source : config.getConfigSources()) {
            if (!(source instanceof EnvConfigSource)) {
                properties.addAll(source.getPropertyNames());
            }
        }
        return properties;
    }

    /** The address is made of three variables, so it is they that have to be named. */
    static Optional<String> databaseProblem(String address) {
        try {
            URI uri = new URI(address);
            if (uri.getHost() != null && uri.getPort() > 0 && uri.getPort() <= 65_535) {
                return Optional.empty();
            }
        } catch (URISyntaxException e) {
            // Said below.
        }
        return Optional.of(
                "POSTGRES_HOST, POSTGRES_PORT and POSTGRES_DB make the address " + address
                        + ", which is not possible: expected the name of a host, a port from 1 to 65535, and the name of a database");
    }

    private static void make(Supplier<?> settings) {
        try {
            settings.get();
        } catch (RuntimeException e) {
            throw refusal(impossible(e).getMessage());
        }
    }

    /** Unwraps a message about a setting from the failure to make a bean; other failures go on as they are. */
    private static IllegalArgumentException impossible(RuntimeException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof IllegalArgumentException found) {
                return found;
            }
        }
        throw failure;
    }

    /** Quarkus prints the message of this one, and nothing else. */
    private static ConfigurationException refusal(String why) {
        return new ConfigurationException("Tally cannot run: " + why);
    }
}
