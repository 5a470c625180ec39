package io.tally;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.tally.publish.PublishSettings;
import io.tally.registry.RegistrySettings;
import io.tally.view.DefaultView;
import io.tally.view.View;
import io.tally.view.ViewStatement;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.config.spi.Converter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

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

    private static final View VIEW = DefaultView.of(Duration.ofMinutes(10));

    private static ViewSettings viewSettings(TallyConfig config) {
        return new ViewSettings(config, new ViewsFile(config));
    }

    private RegistrySettings registry(TallyConfig config) {
        return beans.registrySettings(config, null);
    }

    @Test
    void settings_shorterThanAWindow_areAsLongAsOne() {
        ViewSettings settings = viewSettings(config("tally.publish-early.after", "5m", "tally.audit.range", "1m"));
        assertEquals(600_000, settings.window(VIEW).maxPinnedMs());
        assertEquals(Duration.ofMinutes(10), settings.publish(VIEW).audit().range());
        assertEquals(
                300_000, settings.window(DefaultView.of(Duration.ofMinutes(1))).maxPinnedMs());
    }

    @Test
    void rebuild_ofAView_isOfThatViewAlone() {
        PublishSettings asked =
                viewSettings(config("tally.rebuild", "order_agg@monday")).publish(VIEW);
        assertTrue(asked.rebuild());
        assertEquals("monday", asked.rowSettings().get(PublishSettings.REBUILD));
        assertFalse(viewSettings(config("tally.rebuild", "false")).publish(VIEW).rebuild());
        assertTrue(viewSettings(config("tally.rebuild", "true")).publish(VIEW).rebuild());
        for (String impossible : List.of("yes", "order_agg", "order_agg@", "another@word")) {
            assertRefused(
                    () -> viewSettings(config("tally.rebuild", impossible)),
                    "tally.rebuild=" + impossible,
                    "a view and any word, such as order_agg@monday");
        }
        assertRefused(() -> viewSettings(config("tally.live", "another")), "TALLY_LIVE=another", "order_agg");
    }

    @Test
    void settings_impossible_areRefused() {
        assertRefused(() -> viewSettings(config("tally.idle-timeout", "0s")), "tally.idle-timeout=PT0S");
        assertRefused(() -> viewSettings(config("tally.source.aliases", "a b")), "tally.source.aliases=a b");
    }

    @Test
    void views_fileThatCannotBe_isRefusedWithItsNameAndLine(@TempDir Path folder) throws IOException {
        assertRefused(
                () -> new ViewsFile(config("tally.views", "/not/there.sql")),
                "TALLY_VIEWS=/not/there.sql is not a file that can be read");
        assertRefused(() -> new ViewsFile(config("tally.views", folder.toString())), "is not a file that can be read");
        Path file = folder.resolve("views.sql");
        Files.writeString(file, "");
        assertRefused(
                () -> new ViewsFile(config("tally.views", file.toString())),
                "TALLY_VIEWS=" + file + ", line 1: the file holds no view");
        Files.writeString(file, "-- none\n\nDROP TABLE orders");
        assertRefused(() -> new ViewsFile(config("tally.views", file.toString())), file + ", line 3: DROP");
        Files.write(file, new byte[] {(byte) 0xc3, 0x28});
        assertRefused(() -> new ViewsFile(config("tally.views", file.toString())), file + " is not UTF-8");
    }

    @Test
    void views_ofNoFile_areThePackagedOnes() {
        assertEquals(
                List.of("order_agg"),
                new ViewsFile(config())
                        .statements().stream().map(ViewStatement::name).toList());
    }

    @Test
    void registrySettings_asTheyAre() {
        assertTrue(registry(config()).url().isEmpty());
        String url = "https://registry:8443/apis/ccompat/v7";
        RegistrySettings basic = registry(config(
                "tally.registry.url", url, "tally.registry.username", "reader", "tally.registry.password", "secret"));
        assertEquals(Optional.of(URI.create(url)), basic.url());
        assertEquals(Optional.of("Basic cmVhZGVyOnNlY3JldA=="), basic.authorization());
        RegistrySettings bearer = registry(config("tally.registry.url", url, "tally.registry.token", "abc"));
        assertEquals(Optional.of("Bearer abc"), bearer.authorization());
    }

    @Test
    void registrySettings_impossible_areRefused() {
        assertRefused(() -> registry(config("tally.format", "avro")), "tally.format=avro", "tally.registry.url");
        for (String url : new String[] {"registry:8081", "ftp://registry", "http://", "http://a b"}) {
            assertRefused(() -> registry(config("tally.registry.url", url)), "tally.registry.url");
        }
        String message = assertThrows(
                        IllegalArgumentException.class,
                        () -> registry(config("tally.registry.url", "http://me:secret@registry")))
                .getMessage();
        assertTrue(message.contains("tally.registry.password") && !message.contains("secret"), message);
        assertRefused(
                () -> registry(config(
                        "tally.registry.url",
                        "http://registry",
                        "tally.registry.username",
                        "reader",
                        "tally.registry.token",
                        "abc")),
                "tally.registry.token");
    }
}
