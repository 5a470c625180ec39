package io.tally.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.testkit.Await;
import io.tally.testkit.Certificates;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.PostgresTls;
import io.tally.testkit.RealStack;
import io.tally.testkit.TestPipeline;
import io.tally.testkit.TopicAdmin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A broker and a database that let nobody in without TLS and a password, and whom the engine must not mistake for others. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SecureConnectionsIT {

    private static final Duration LIMIT = Duration.ofSeconds(90);

    private static final String USER = "tally";
    /** With all that a login line could be broken by. */
    private static final String KAFKA_PASSWORD = "a \"quoted\" \\ pass;word='";

    /** Nothing of it may be in the log. */
    private static final String BAD_RECORD = """
            {"before":null,"after":{"order_id":"secret-order","customer_id":918273645,"quantity":"manifold",\
            "price":"7777.77","event_ts":"2026-11-22T12:19:11Z"},"source":{"snapshot":"false","table":"orders"},"op":"c"}""";

    private static TestPipeline pipeline;
    private static PostgresTls database;
    private static Certificates certificates;
    private static Certificates others;

    @TempDir
    static Path folder;

    @BeforeAll
    static void demandTls() {
        pipeline = new TestPipeline("secure").registerConnector();
        pipeline.execute("INSERT INTO orders VALUES ('one', 1, 1, 1.00, now() - interval '2 minutes')");
        certificates = RealStack.get().certificates();
        others = Certificates.make(folder.resolve("others"), "others");
        database = new PostgresTls(pipeline, certificates);
        try (TopicAdmin admin = new TopicAdmin(pipeline)) {
            admin.setPassword(USER, KAFKA_PASSWORD);
        }
    }

    @AfterAll
    static void takeBack() {
        database.close();
        pipeline.close();
    }

    private static Map<String, String> environment() {
        Map<String, String> environment = new HashMap<>();
        environment.put(
                "KAFKA_BOOTSTRAP_SERVERS", "localhost:" + pipeline.stack().brokerSaslPort());
        environment.put("KAFKA_SECURITY_PROTOCOL", "SASL_SSL");
        environment.put(
                "KAFKA_SSL_TRUSTSTORE_LOCATION", certificates.authority().toString());
        environment.put("KAFKA_USER", USER);
        environment.put("KAFKA_PASSWORD", KAFKA_PASSWORD);
        environment.put("POSTGRES_SSLMODE", "verify-full");
        environment.put("POSTGRES_SSLROOTCERT", certificates.authority().toString());
        return environment;
    }

    /**
     * The dead letter shows that the producer is let in, too; passwords come from files, and neither they nor data are logged.
     */
    @Test
    void scramOverTlsAndVerifiedDatabase_isExact() throws Exception {
        Map<String, String> environment = environment();
        environment.remove("KAFKA_PASSWORD");
        environment.put("KAFKA_PASSWORD_FILE", file("kafka", KAFKA_PASSWORD + "\n"));
        environment.put("POSTGRES_PASSWORD_FILE", file("postgres", "tally"));
        try (EngineProcess engine = EngineProcess.start(pipeline, environment).awaitRunning()) {
            pipeline.execute("INSERT INTO orders VALUES ('two', 1, 2, 3.50, now() - interval '2 minutes')");
            pipeline.awaitExact(LIMIT);
            sendBadRecord();
            Await.until(
                    "the bad record is a dead letter", LIMIT, () -> engine.count("/views/0/records/deadLetters") >= 1);
            pipeline.execute("INSERT INTO orders VALUES ('three', 1, 2, 3.50, now() - interval '2 minutes')");
            pipeline.awaitExact(LIMIT);
            assertEquals(
                    "0",
                    pipeline.query("SELECT count(*) FROM pg_stat_activity JOIN pg_stat_ssl USING (pid)"
                            + " WHERE datname = '" + pipeline.name() + "' AND usename = 'tally' AND NOT ssl"));
            assertFalse(engine.get("/api/settings").body().contains("pass;word"));
            for (String secret : List.of("pass;word", "secret-order", "918273645", "7777.77", "manifold")) {
                assertFalse(engine.log().contains(secret), secret + " in\n" + engine.log());
            }
        }
    }

    /** Before there is a bad record, of which later engines speak. */
    @Test
    @Order(1)
    void tlsWithoutUser_isExact() {
        Map<String, String> environment = environment();
        environment.put(
                "KAFKA_BOOTSTRAP_SERVERS", "localhost:" + pipeline.stack().brokerTlsPort());
        environment.put("KAFKA_SECURITY_PROTOCOL", "SSL");
        environment.remove("KAFKA_USER");
        environment.remove("KAFKA_PASSWORD");
        try (EngineProcess engine = EngineProcess.start(pipeline, environment).awaitRunning()) {
            pipeline.execute("INSERT INTO orders VALUES ('tls', 2, 2, 3.50, now() - interval '2 minutes')");
            pipeline.awaitExact(LIMIT);
            // A busy machine takes more than the second after which the broker's silence is said.
            assertTrue(
                    engine.entries()
                            .allMatch(entry -> !entry.contains("WARN") || entry.contains("Kafka does not answer yet")),
                    engine.log());
        }
    }

    /** Signed by whom it should be, and yet another server. */
    @ParameterizedTest
    @CsvSource({
        "KAFKA_BOOTSTRAP_SERVERS, 127.0.0.1, the broker's certificate is refused: No subject alternative names matching IP",
        "POSTGRES_HOST, 127.0.0.1, PostgreSQL's certificate is refused: No subject alternative names matching IP"
    })
    void otherServer_isSaidAndWaitedFor(String variable, String value, String reason) throws Exception {
        assertSaidAndWaitedFor(variable, value, reason);
    }

    @Tag("long")
    @ParameterizedTest
    @CsvSource({
        "KAFKA_SSL_TRUSTSTORE_LOCATION, OTHERS, the broker's certificate is refused: unable to find valid certification path",
        "KAFKA_PASSWORD, wrong, the broker refuses KAFKA_USER or KAFKA_PASSWORD",
        "POSTGRES_SSLROOTCERT, OTHERS, PostgreSQL's certificate is refused: unable to find valid certification path",
        "POSTGRES_PASSWORD, wrong, password authentication failed",
        "POSTGRES_SSLMODE, disable, no encryption"
    })
    void wrongAuthorityOrPassword_isSaidAndWaitedFor(String variable, String value, String reason) throws Exception {
        assertSaidAndWaitedFor(variable, value, reason);
    }

    /** What may be mended elsewhere is waited for, and said in one line. */
    private static void assertSaidAndWaitedFor(String variable, String value, String reason) throws Exception {
        Map<String, String> environment = environment();
        environment.put(
                variable,
                switch (value) {
                    case "OTHERS" -> others.authority().toString();
                    case "127.0.0.1" ->
                        value
                                + (variable.startsWith("KAFKA")
                                        ? ":" + pipeline.stack().brokerSaslPort()
                                        : "");
                    default -> value;
                });
        try (EngineProcess engine = EngineProcess.start(pipeline, environment)) {
            Await.until(
                    () -> reason + "; its log is\n" + engine.log(),
                    LIMIT,
                    () -> engine.status().path("reason").asText().contains(reason));
            assertEquals(503, engine.get("/q/health/ready").statusCode());
            assertEquals(200, engine.get("/q/health/live").statusCode());
            assertTrue(
                    engine.log().lines().anyMatch(line -> line.contains("WARN") && line.contains(reason)),
                    engine.log());
            engine.assertNoStackTrace();
        }
    }

    private static String file(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content).toString();
    }

    private static void sendBadRecord() throws Exception {
        Map<String, Object> config =
                Map.of("bootstrap.servers", pipeline.stack().bootstrapServers());
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(config, new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(pipeline.topic(), "{\"order_id\":\"bad\"}", BAD_RECORD))
                    .get();
        }
    }
}
