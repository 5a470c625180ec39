package io.tally;

import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.common.annotation.Identifier;
import io.tally.cdc.DebeziumDecoder;
import io.tally.ingest.IngestSettings;
import io.tally.publish.PublishSettings;
import io.tally.window.WindowSettings;
import io.vertx.sqlclient.Pool;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.interceptor.Interceptor;
import java.util.Map;
import java.util.function.Supplier;

/** Looks at all settings before anything starts, so that an impossible one ends the process with one line that names it. */
@ApplicationScoped
class SettingsCheck {

    void check(
            @Observes @Priority(Interceptor.Priority.PLATFORM_BEFORE) StartupEvent event,
            Instance<WindowSettings> windows,
            Instance<PublishSettings> publishing,
            Instance<IngestSettings> ingest,
            Instance<DebeziumDecoder> decoder,
            @Identifier("default-kafka-broker") Instance<Map<String, Object>> kafka,
            Instance<Pool> database) {
        String problem = new SecretFiles().problem();
        if (problem != null) {
            throw refusal(problem);
        }
        make(windows::get);
        make(publishing::get);
        make(ingest::get);
        make(decoder::get);
        make(kafka::get);
        make(() -> database.get().size());
    }

    private static void make(Supplier<?> settings) {
        try {
            settings.get();
        } catch (RuntimeException e) {
            throw refusal(impossible(e).getMessage());
        }
    }

    /** What is said of a setting may come wrapped in how a bean could not be made; anything else goes on as it is. */
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
