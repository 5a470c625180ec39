package io.tally.status;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessControlTest {

    private final AccessControl control = new AccessControl("tally", Optional.of("pass:wörd"));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Basic|tally:pass:wörd|true",
                "basic|tally:pass:wörd|true",
                "Basic|tally:pass|false",
                "Basic|tally:pass:wörd2|false",
                "Basic|other:pass:wörd|false",
                "Basic|pass:wörd|false",
                "Basic|tally:|false",
                "Digest|tally:pass:wörd|false"
            })
    void admits_basic_onlyUserAndPassword(String scheme, String credentials, boolean expected) {
        String encoded = Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
        assertEquals(expected, control.admits(scheme + " " + encoded));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Bearer pass:wörd|true",
                "bearer  pass:wörd|true",
                "Bearer pass:wörd2|false",
                "Bearer tally:pass:wörd|false",
                "Bearer|false",
                "Basic not*base64|false",
                "pass:wörd|false",
                "''|false",
                "|false"
            })
    void admits_bearer_onlyThePassword(String authorization, boolean expected) {
        assertEquals(expected, control.admits(authorization));
    }
}
