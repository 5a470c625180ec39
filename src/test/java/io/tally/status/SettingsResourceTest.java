package io.tally.status;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsResourceTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "quarkus.datasource.password",
                "kafka.sasl.jaas.config",
                "kafka.ssl.truststore.password",
                "kafka.ssl.keystore.key",
                "mp.messaging.incoming.orders.sasl.oauthbearer.client.credentials.client.secret",
                "tally.api.token",
                "quarkus.http.ssl.certificate.key-store-password"
            })
    void masked_secret_showsNothing(String name) {
        assertEquals(SettingsResource.MASK, SettingsResource.masked(name, "hunter2"));
    }

    @Test
    void masked_addressWithPassword_keepsTheAddress() {
        assertEquals(
                "postgresql://••••••@db:5432/streaming",
                SettingsResource.masked(
                        "quarkus.datasource.reactive.url", "postgresql://tally:hunter2@db:5432/streaming"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tally.window.size",
                "kafka.bootstrap.servers",
                "mp.messaging.outgoing.dead-letters.key.serializer"
            })
    void masked_ordinarySetting_isShown(String name) {
        assertEquals("5m", SettingsResource.masked(name, "5m"));
    }
}
