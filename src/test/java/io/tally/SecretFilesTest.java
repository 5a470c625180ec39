package io.tally;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecretFilesTest {

    @TempDir
    Path folder;

    private String file(String content) throws IOException {
        return Files.writeString(folder.resolve("secret"), content).toString();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"word|word", "'word\n'|word", "'word\r\n'|word", "' two words \n\n'|' two words \n'"})
    void secret_isTheFileWithoutItsLastLineEnd(String content, String expected) throws IOException {
        SecretFiles secrets = new SecretFiles(Map.of("POSTGRES_PASSWORD_FILE", file(content), "HOME", "/"));
        assertEquals(Set.of("POSTGRES_PASSWORD"), secrets.getPropertyNames());
        assertEquals(expected, secrets.getValue("POSTGRES_PASSWORD"));
        assertNull(secrets.problem());
    }

    @Test
    void fileAndVariable_areTooMuch() throws IOException {
        Map<String, String> both = Map.of("KAFKA_PASSWORD_FILE", file("one"), "KAFKA_PASSWORD", "other");
        String problem = new SecretFiles(both).problem();
        assertTrue(problem.contains("KAFKA_PASSWORD are both set"), problem);
    }

    @Test
    void fileThatIsNotThere_isAProblem() {
        String problem = new SecretFiles(Map.of("HTTP_PASSWORD_FILE", "/not/there")).problem();
        assertEquals("HTTP_PASSWORD_FILE=/not/there is not a file that can be read", problem);
    }

    /** It would be taken for no password at all, which switches a demand for one off. */
    @Test
    void emptyFile_isAProblem() throws IOException {
        String problem = new SecretFiles(Map.of("HTTP_PASSWORD_FILE", file("\n"))).problem();
        assertTrue(problem.contains("is empty"), problem);
    }
}
