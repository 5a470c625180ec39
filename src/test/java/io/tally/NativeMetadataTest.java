package io.tally;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Properties;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the native executable is told about Kafka's codecs and Avro's reader has to name what their libraries really hold. */
class NativeMetadataTest {

    private static final String METADATA = "/META-INF/native-image/io.tally/tally/reachability-metadata.json";

    @Test
    void reflection_namesClassesAndMembersThatExist() throws IOException, ReflectiveOperationException {
        JsonNode types = read().path("reflection");
        assertTrue(types.size() > 0);
        for (JsonNode entry : types) {
            Class<?> type =
                    Class.forName(entry.path("type").asText(), false, getClass().getClassLoader());
            for (JsonNode field : entry.path("fields")) {
                assertNotNull(type.getDeclaredField(field.path("name").asText()));
            }
            if (entry.has("methods")) {
                assertNotNull(type.getDeclaredConstructor(int.class));
            }
        }
    }

    /** Their patterns are in application.properties. */
    @Test
    void resources_areWhereTheLibraryLooks() {
        String version = com.github.luben.zstd.util.ZstdVersion.VERSION;
        for (String machine : List.of("amd64", "aarch64")) {
            assertNotNull(getClass().getResource("/linux/" + machine + "/libzstd-jni-" + version + ".so"), machine);
            assertNotNull(getClass().getResource("/net/jpountz/util/linux/" + machine + "/liblz4-java.so"), machine);
        }
        assertNotNull(getClass().getResource("/db/schema.sql"));
    }

    /** Else its executables hold the libraries of all platforms again. */
    @Test
    void configurationLeftOut_isWhereSnappyHasIt() {
        assertNotNull(
                getClass().getResource("/META-INF/native-image/org.xerial.snappy/snappy-java/resource-config.json"));
    }

    @Test
    void classesInitializedAtRunTime_exist() throws IOException, ClassNotFoundException {
        Properties settings = new Properties();
        try (InputStream in = getClass().getResourceAsStream("/application.properties")) {
            settings.load(in);
        }
        String arguments = settings.getProperty("quarkus.native.additional-build-args");
        List<String> classes = Pattern.compile("[a-z.]+\\.[A-Z]\\w+")
                .matcher(arguments)
                .results()
                .map(MatchResult::group)
                .toList();
        assertEquals(2, classes.size(), arguments);
        for (String type : classes) {
            assertNotNull(Class.forName(type, false, getClass().getClassLoader()));
        }
    }

    private static JsonNode read() throws IOException {
        try (InputStream in = NativeMetadataTest.class.getResourceAsStream(METADATA)) {
            return new ObjectMapper().readTree(in);
        }
    }
}
