package io.tally.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.config.types.Password;
import org.apache.kafka.common.security.JaasContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KafkaClientsTest {

    private static Map<String, Object> checked(Map<String, String> settings) {
        return KafkaClients.checked(new HashMap<>(settings));
    }

    private static String refusal(Map<String, String> settings) {
        return assertThrows(IllegalArgumentException.class, () -> checked(settings))
                .getMessage();
    }

    @Test
    void checked_noSecurity_isLeftAlone() {
        Map<String, String> plain = Map.of("bootstrap.servers", "localhost:9092");
        assertEquals(plain, checked(plain));
    }

    @ParameterizedTest
    @ValueSource(strings = {"broker:9092", "a:1, b:65535", "[::1]:9092", "PLAINTEXT://broker:9092"})
    void checked_addresses_areTaken(String brokers) {
        assertEquals(brokers, checked(Map.of("bootstrap.servers", brokers)).get("bootstrap.servers"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"broker", "broker:", "", "a:1,,b:2", "a:1,b"})
    void checked_noAddresses_areRefused(String brokers) {
        assertTrue(refusal(Map.of("bootstrap.servers", brokers))
                .startsWith("KAFKA_BOOTSTRAP_SERVERS=" + brokers + " is not possible, expected"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"simple", "", "\"", "\\", "a \"b\" \\ c;d='e", "ends with \\"})
    void checked_anyPassword_reachesKafkaAsItIs(String password) {
        Map<String, Object> kafka =
                checked(Map.of("security.protocol", "SASL_SSL", "user", "tally", "password", password));
        kafka.put("sasl.jaas.config", new Password((String) kafka.get("sasl.jaas.config")));
        Map<String, ?> login = JaasContext.loadClientContext(kafka)
                .configurationEntries()
                .getFirst()
                .getOptions();
        assertEquals(Map.of("username", "tally", "password", password), login);
        assertFalse(kafka.containsKey("password"));
    }

    @ParameterizedTest
    @CsvSource({"SCRAM-SHA-512, ScramLoginModule", "SCRAM-SHA-256, ScramLoginModule", "PLAIN, PlainLoginModule"})
    void checked_mechanism_hasItsModule(String mechanism, String module) {
        Map<String, Object> kafka = checked(Map.of(
                "security.protocol", "SASL_SSL", "sasl.mechanism", mechanism, "user", "tally", "password", "secret"));
        assertTrue(kafka.get("sasl.jaas.config").toString().contains("." + module + " required"));
    }

    @Test
    void checked_ownLogin_isKept() {
        Map<String, Object> kafka = checked(Map.of(
                "security.protocol",
                "SASL_SSL",
                "sasl.mechanism",
                "OAUTHBEARER",
                "sasl.jaas.config",
                "mine required;"));
        assertEquals("mine required;", kafka.get("sasl.jaas.config"));
    }

    @Test
    void checked_whatCannotWork_isRefusedByName() {
        assertTrue(refusal(Map.of("security.protocol", "TLS")).contains("KAFKA_SECURITY_PROTOCOL=TLS"));
        assertTrue(refusal(Map.of("security.protocol", "SASL_SSL")).contains("KAFKA_USER is missing"));
        assertTrue(refusal(Map.of("security.protocol", "SASL_SSL", "user", "tally"))
                .contains("KAFKA_PASSWORD is missing"));
        assertTrue(
                refusal(Map.of("user", "tally", "password", "secret")).contains("KAFKA_USER=tally would not be sent"));
        assertTrue(refusal(Map.of("ssl.truststore.location", "/not/there.pem"))
                .contains("KAFKA_SSL_TRUSTSTORE_LOCATION=/not/there.pem is not a file"));
        String mechanism = refusal(Map.of(
                "security.protocol", "SASL_SSL", "sasl.mechanism", "GSSAPI", "user", "tally", "password", "secret"));
        assertTrue(mechanism.contains("KAFKA_SASL_MECHANISM=GSSAPI"));
        assertFalse(mechanism.contains("secret"));
    }
}
