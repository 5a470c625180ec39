package io.tally.status;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What programs rely on does not change unnoticed. */
class OpenApiTest {

    private static final Path KEPT = Path.of("src", "test", "resources", "openapi.json");
    private static final Path MADE = Path.of("target", "classes", "META-INF", "resources", "openapi.json");

    @Test
    void description_isTheOneThatWasAgreed() throws IOException {
        assertEquals(
                withoutVersion(KEPT),
                withoutVersion(MADE),
                () -> "The API has changed. If it only has more, say so in CHANGELOG.md and: cp " + MADE + " " + KEPT
                        + ". If something is gone or means something else, it belongs under /api/v2.");
    }

    /** Each release has another. */
    private static String withoutVersion(Path file) throws IOException {
        ObjectNode description = (ObjectNode) new ObjectMapper().readTree(file.toFile());
        ((ObjectNode) description.get("info")).remove("version");
        return description.toPrettyString();
    }
}
