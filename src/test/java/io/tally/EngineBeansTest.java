package io.tally;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.tally.registry.RegistrySettings;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.spi.Converter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Settings that cannot be, or not together, are refused with their name, their value and what to do. */
class EngineBeansTest {

    private final EngineBeans beans = new EngineBeans();

    private static TallyConfig config(String... settings) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            values.put(settings[i], settings[i + 1]);
        }
        return new SmallRyeConfigBuilder()
                .withConverters(new Converter<?>[] {new DurationConverter()})
                .withMapping(TallyConfig.class)
                .withSources(new PropertiesConfigSource(values, "test", 100))
                .build()
                .getConfigMapping(TallyConfig.class);
    }

    private static void assertRefused(Executable start, String... words) {
        String message = assertThrows(IllegalArgumentException.class, start).getMessage();
        for (String word : words) {
            assertTrue(message.contains(word), message);
        }
    }

    private void publishSettings(TallyConfig config) {
        beans.publishSettings(config, beans.view(config));
    }

    @Test
    void publishSettings_commitTimeAsEventTime_isRefusedWithTheWayOut() {
        publishSettings(config("tally.event-time", "column"));
        assertRefused(
                () -> publishSettings(config("tally.event-time", "commit")),
                "tally.event-time=commit",
                "clock_timestamp()",
                "tally.columns.event-time");
    }

    @Test
    void registrySettings_asTheyAre() {
        assertTrue(beans.registrySettings(config()).url().isEmpty());
        String url = "https://registry:8443/apis/ccompat/v7";
        RegistrySettings basic = beans.registrySettings(config(
                "tally.registry.url", url, "tally.registry.username", "reader", "tally.registry.password", "secret"));
        assertEquals(Optional.of(URI.create(url)), basic.url());
        assertEquals(Optional.of("Basic cmVhZGVyOnNlY3JldA=="), basic.authorization());
        RegistrySettings bearer =
                beans.registrySettings(config("tally.registry.url", url, "tally.registry.token", "abc"));
        assertEquals(Optional.of("Bearer abc"), bearer.authorization());
    }

    @Test
    void registrySettings_impossible_areRefused() {
        assertRefused(
                () -> beans.registrySettings(config("tally.format", "avro")),
                "tally.format=avro",
                "tally.registry.url");
        for (String url : new String[] {"registry:8081", "ftp://registry", "http://", "http://a b"}) {
            assertRefused(() -> beans.registrySettings(config("tally.registry.url", url)), "tally.registry.url");
        }
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> beans.registrySettings(config("tally.registry.url", "http://me:secret@registry")))
                .getMessage();
        assertTrue(message.contains("tally.registry.password") && !message.contains("secret"), message);
        assertRefused(
                () -> beans.registrySettings(config(
                        "tally.registry.url",
                        "http://registry",
                        "tally.registry.username",
                        "reader",
                        "tally.registry.token",
                        "abc")),
                "tally.registry.token");
    }
}
