package io.tally;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.smallrye.config.ConfigMappings;
import io.tally.datagen.DatagenConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SettingNamesTest {

    private final SettingNames names = SettingsCheck.names();

    private Optional<String> ofVariable(String variable) {
        return names.problem(List.of(), Map.of(variable, "1", "PATH", "/bin", "TALLYHO", "1"));
    }

    @Test
    void all_areThoseThatTheMappingsHave() {
        Set<String> mapped = new TreeSet<>();
        for (Class<?> mapping : List.of(TallyConfig.class, DatagenConfig.class)) {
            // A set has a name of its own, and one for its elements.
            ConfigMappings.getProperties(ConfigMappings.ConfigClass.configClass(mapping)).keySet().stream()
                    .map(name -> name.replaceFirst("\\[\\*]$", ""))
                    .forEach(mapped::add);
        }
        assertEquals(mapped, new TreeSet<>(names.all()));
    }

    @Test
    void problem_settingsThatExist_isNone() {
        assertEquals(Optional.empty(), names.problem(List.of("tally.idle-timeout", "quarkus.http.port"), Map.of()));
        assertEquals(Optional.empty(), ofVariable("TALLY_IDLE_TIMEOUT"));
        assertEquals(Optional.empty(), ofVariable("TALLY_VIEWS"));
        assertEquals(Optional.empty(), ofVariable("TALLY_OUT_OF_ORDERNESS"));
        assertEquals(Optional.empty(), ofVariable("TALLY_DATAGEN_PER_MINUTE"));
        assertEquals(Optional.empty(), ofVariable("TALLY_REGISTRY_PASSWORD_FILE"));
    }

    /** Of a service called {@code tally}, as in kubernetes/engine.yaml, and of one called {@code tally-orders}. */
    @Test
    void problem_variablesOfKubernetesForAService_isNone() {
        for (String service : List.of("TALLY", "TALLY_ORDERS")) {
            for (String link : List.of(
                    "SERVICE_HOST",
                    "SERVICE_PORT",
                    "SERVICE_PORT_HTTP",
                    "PORT",
                    "PORT_8081_TCP",
                    "PORT_8081_TCP_PROTO",
                    "PORT_8081_TCP_PORT",
                    "PORT_8081_TCP_ADDR")) {
                assertEquals(Optional.empty(), ofVariable(service + "_" + link));
            }
        }
    }

    @Test
    void problem_severalUnknown_namesEachOnce() {
        assertEquals(
                Optional.of("TALLY_IDLETIMEOUT is not a setting; the nearest is TALLY_IDLE_TIMEOUT."
                        + " tally.idel-timeout is not a setting; the nearest is tally.idle-timeout"),
                names.problem(List.of("tally.idel-timeout"), Map.of("TALLY_IDLETIMEOUT", "1")));
    }

    @Test
    void problem_settingOfAnEarlierVersion_saysWhatToDoInstead() {
        String instead =
                " is not a setting any more; the view says it: change date_bin in the file that TALLY_VIEWS names";
        assertEquals(Optional.of("TALLY_WINDOW_SIZE" + instead), ofVariable("TALLY_WINDOW_SIZE"));
        assertEquals(Optional.of("tally.window.size" + instead), names.problem(List.of("tally.window.size"), Map.of()));
    }

    @Test
    void problem_settingThatDoesNotExist_namesTheNearest() {
        assertEquals(
                Optional.of("TALLY_IDLETIMEOUT is not a setting; the nearest is TALLY_IDLE_TIMEOUT"),
                ofVariable("TALLY_IDLETIMEOUT"));
        assertEquals(
                Optional.of("tally.idel-timeout is not a setting; the nearest is tally.idle-timeout"),
                names.problem(List.of("tally.idel-timeout"), Map.of()));
        assertEquals(
                Optional.of("TALLY_DATAGEN_RATE is not a setting; the nearest is TALLY_DATAGEN_LATE"),
                ofVariable("TALLY_DATAGEN_RATE"));
    }
}
