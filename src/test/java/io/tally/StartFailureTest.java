package io.tally;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.quarkus.runtime.configuration.ConfigurationException;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.ConfigValidationException;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.spi.Converter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StartFailureTest {

    private static List<String> said(Map<String, String> settings) {
        SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder()
                .withConverters(new Converter<?>[] {new DurationConverter()})
                .withMapping(TallyConfig.class)
                .withSources(new PropertiesConfigSource(settings, "test", 100));
        return StartFailure.lines(assertThrows(ConfigValidationException.class, builder::build));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tally.idle-timeout | abc | a duration such as 500ms, 30s, 5m, 1h or PT1M30S",
                "tally.updates | foo | one of retract, append",
                "tally.dead-letters.partitions | 2x | a whole number",
                "tally.max-groups | many | a whole number",
                "tally.create-schema | maybe | true or false",
                "tally.publish-early.records | two | a whole number",
                "tally.on-data-loss | go | one of rebuild, stop"
            })
    void lines_settingThatCannotBeRead_namesItItsValueAndWhatIsPossible(String name, String value, String expected) {
        assertEquals(
                List.of("Tally cannot run: " + name + "=" + value + " is not possible, expected " + expected),
                said(Map.of(name, value)));
    }

    @Test
    void lines_emptySetting_saysSo() {
        assertEquals(
                List.of(
                        "Tally cannot run: tally.source.slot is set, but empty; expected a value, or the setting left away"),
                said(Map.of("tally.source.slot", "")));
    }

    @Test
    void describe_propertyThatDoesNotExist_namesTheNearest() {
        assertEquals(
                "tally.idel-timeout is not a setting; the nearest is tally.idle-timeout",
                StartFailure.describe(
                        "SRCFG00050: tally.idel-timeout in SysPropConfigSource does not map to any root", Map.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "quarkus.http.port, HTTP_PORT",
        "quarkus.management.port, MANAGEMENT_PORT",
        "quarkus.http.port, QUARKUS_HTTP_PORT",
        "tally.max-groups, TALLY_MAX_GROUPS",
    })
    void describe_settingFromTheEnvironment_namesItsVariable(String property, String variable) {
        String problem =
                "SRCFG00039: The config property " + property + " with the config value \"abc\" threw an Exception"
                        + " whilst being converted SRCFG00029: Expected an integer value, got \"abc\"";
        assertEquals(
                variable + "=abc is not possible, expected a whole number",
                StartFailure.describe(problem, Map.of(variable, "abc")));
        assertEquals(
                property + "=abc is not possible, expected a whole number",
                StartFailure.describe(problem, Map.of(variable, "8081")));
    }

    @Test
    void describe_emptyVariable_namesIt() {
        assertEquals(
                "TALLY_SOURCE_SLOT is set, but empty; expected a value, or the setting left away",
                StartFailure.describe(
                        "SRCFG00040: The config property tally.source.slot is defined as the empty String",
                        Map.of("TALLY_SOURCE_SLOT", "")));
    }

    @Test
    void lines_severalSettings_haveOneEach() {
        assertEquals(
                2,
                said(Map.of("tally.updates", "foo", "tally.idle-timeout", "abc"))
                        .size());
    }

    @Test
    void lines_ofARefusal_isItsMessage() {
        assertEquals(List.of("so it is"), StartFailure.lines(new ConfigurationException("so it is")));
    }

    @Test
    void lines_unforeseen_areNone() {
        assertEquals(List.of(), StartFailure.lines(new IllegalStateException("who would have thought")));
    }
}
