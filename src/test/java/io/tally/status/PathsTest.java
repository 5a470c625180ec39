package io.tally.status;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathsTest {

    @ParameterizedTest
    @CsvSource({
        "/q/health, true",
        "/q/health/, true",
        "/q/health/live, true",
        "/q/healthy, false",
        "/q/health-ui, false",
        "/q, false",
        "/api/q/health, false"
    })
    void isWithin_goesBySegments(String path, boolean within) {
        assertEquals(within, Paths.isWithin(path, "/q/health"));
    }
}
