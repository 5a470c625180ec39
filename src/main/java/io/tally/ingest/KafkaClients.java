package io.tally.ingest;

import io.quarkus.kafka.client.runtime.KafkaRuntimeConfigProducer;
import io.quarkus.runtime.ApplicationConfig;
import io.smallrye.common.annotation.Identifier;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.common.security.plain.PlainLoginModule;
import org.apache.kafka.common.security.scram.ScramLoginModule;
import org.eclipse.microprofile.config.Config;

/**
 * Configuration that all Kafka clients of the engine share, the producer of dead letters included: where the brokers are, and
 * how to be let in. It is whatever settings begin with {@code kafka.} or {@code KAFKA_}; of a user and a password the line is
 * made that Kafka wants to have.
 */
@ApplicationScoped
class KafkaClients {

    private static final Pattern ADDRESS = Pattern.compile("(\\w+://)?\\S+:\\d{1,5}");
    private static final String PROTOCOL = "security.protocol";
    private static final String USER = "user";
    private static final String PASSWORD = "password";

    /** @throws IllegalArgumentException if the settings cannot work; the message names the environment variable */
    @Produces
    @Singleton
    @Identifier("default-kafka-broker")
    Map<String, Object> common(KafkaRuntimeConfigProducer settings, Config config, ApplicationConfig application) {
        return checked(settings.createKafkaRuntimeConfig(config, application));
    }

    /** Replaces user and password by a login; changes the map that is given. */
    static Map<String, Object> checked(Map<String, Object> kafka) {
        requireAddresses((String) kafka.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG));
        String user = (String) kafka.remove(USER);
        String password = (String) kafka.remove(PASSWORD);
        String protocol = (String) kafka.getOrDefault(PROTOCOL, SecurityProtocol.PLAINTEXT.name);
        if (!SecurityProtocol.names().contains(protocol)) {
            throw new IllegalArgumentException("KAFKA_SECURITY_PROTOCOL=" + protocol
                    + " is not possible, expected one of PLAINTEXT, SSL, SASL_SSL");
        }
        requireReadable(kafka, SslConfigs.SSL_TRUSTSTORE_LOCATION_CONFIG);
        requireReadable(kafka, SslConfigs.SSL_KEYSTORE_LOCATION_CONFIG);
        boolean sasl = protocol.startsWith("SASL");
        if (sasl && !kafka.containsKey(SaslConfigs.SASL_JAAS_CONFIG)) {
            if (user == null || password == null) {
                throw new IllegalArgumentException("KAFKA_" + (user == null ? "USER" : "PASSWORD")
                        + " is missing, but KAFKA_SECURITY_PROTOCOL=" + protocol + " wants a user and a password");
            }
            kafka.put(SaslConfigs.SASL_JAAS_CONFIG, login(kafka, user, password));
        } else if (!sasl && user != null) {
            throw new IllegalArgumentException("KAFKA_USER=" + user
                    + " would not be sent, because KAFKA_SECURITY_PROTOCOL=" + protocol + "; expected SASL_SSL");
        }
        return kafka;
    }

    /** Whether they exist is found out by and by; what is no address at all will never be one. */
    private static void requireAddresses(String brokers) {
        for (String broker : brokers == null ? new String[0] : brokers.split(",", -1)) {
            if (!ADDRESS.matcher(broker.strip()).matches()) {
                throw new IllegalArgumentException("KAFKA_BOOTSTRAP_SERVERS=" + brokers
                        + " is not possible, expected addresses such as broker:9092, separated by commas");
            }
        }
    }

    private static void requireReadable(Map<String, Object> kafka, String name) {
        String file = (String) kafka.get(name);
        if (file != null && !Files.isReadable(Path.of(file))) {
            String variable = "KAFKA_" + name.replace('.', '_').toUpperCase(Locale.ROOT);
            throw new IllegalArgumentException(variable + "=" + file + " is not a file that can be read");
        }
    }

    private static String login(Map<String, Object> kafka, String user, String password) {
        String mechanism = (String) kafka.getOrDefault(SaslConfigs.SASL_MECHANISM, "SCRAM-SHA-512");
        String module = switch (mechanism) {
            case "SCRAM-SHA-512", "SCRAM-SHA-256" -> ScramLoginModule.class.getName();
            case "PLAIN" -> PlainLoginModule.class.getName();
            default ->
                throw new IllegalArgumentException("KAFKA_SASL_MECHANISM=" + mechanism
                        + " needs more than a user and a password: set KAFKA_SASL_JAAS_CONFIG, or use SCRAM-SHA-512");
        };
        return module + " required username=" + quoted(user) + " password=" + quoted(password) + ";";
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
