package io.tally.status;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** {@code GET /api/settings}: the settings this engine runs with, wherever they come from. Secrets are masked. */
@Path("/api/settings")
class SettingsResource {

    static final String MASK = "••••••";

    private static final List<String> SHOWN = List.of(
            "tally.",
            "kafka.",
            "mp.messaging.",
            "quarkus.datasource.",
            "SOURCE_POSTGRES_",
            "quarkus.http.",
            "quarkus.tls.");
    private static final Pattern SECRET = Pattern.compile(
            "password|passwd|passphrase|secret|token|credential|jaas|private|\\.key$|api-?key",
            Pattern.CASE_INSENSITIVE);
    private static final Pattern USER_INFO = Pattern.compile("(?<=//)[^/@\\s]+(?=@)");

    private final Config config;

    SettingsResource(Config config) {
        this.config = config;
    }

    @GET
    @Operation(summary = "The settings in effect, secrets masked")
    public Map<String, String> settings() {
        Map<String, String> settings = new TreeMap<>();
        StreamSupport.stream(config.getPropertyNames().spliterator(), false)
                .filter(name -> SHOWN.stream().anyMatch(name::startsWith))
                .forEach(name -> config.getOptionalValue(name, String.class)
                        .ifPresent(value -> settings.put(name, masked(name, value))));
        return settings;
    }

    /** The value of a setting as anybody may see it. */
    static String masked(String name, String value) {
        return SECRET.matcher(name).find() ? MASK : USER_INFO.matcher(value).replaceAll(MASK);
    }
}
