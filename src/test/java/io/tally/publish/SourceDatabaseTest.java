package io.tally.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SourceDatabaseTest {

    private static final long LIMIT_SECONDS = 30;

    private final Vertx vertx = Vertx.vertx();
    private final Map<String, String> environment = new HashMap<>();

    @AfterEach
    void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private SourceDatabase source() {
        ResultsDatabase results = new ResultsDatabase(this::value);
        Pool pool = results.create(TestDatabase.input(
                vertx,
                new PgConnectOptions()
                        .setHost("localhost")
                        .setPort(1)
                        .setDatabase("results")
                        .setUser("tally")
                        .setPassword("one")
                        .addProperty("lock_timeout", "10s")));
        return new SourceDatabase(results, pool, this::value);
    }

    private Optional<String> value(String variable) {
        return Optional.ofNullable(environment.get(variable));
    }

    @Test
    void options_nothingSaid_areThoseOfTheResults() {
        PgConnectOptions options = source().options();
        assertEquals("localhost 1 results tally one", words(options));
        assertEquals("UTC", options.getProperties().get("TimeZone"));
        assertEquals("10s", options.getProperties().get("lock_timeout"));
    }

    private static String words(PgConnectOptions options) {
        return "%s %d %s %s %s"
                .formatted(
                        options.getHost(),
                        options.getPort(),
                        options.getDatabase(),
                        options.getUser(),
                        options.getPassword());
    }

    @Test
    void options_eachVariable_standsForItself() {
        environment.putAll(Map.of("SOURCE_POSTGRES_HOST", "shop", "SOURCE_POSTGRES_PASSWORD", "two"));
        assertEquals("shop 1 results tally two", words(source().options()));
        environment.putAll(Map.of(
                "SOURCE_POSTGRES_PORT", "65535", "SOURCE_POSTGRES_DB", "sales", "SOURCE_POSTGRES_USER", "reader"));
        assertEquals("shop 65535 sales reader two", words(source().options()));
    }

    @Test
    void options_portThatIsNone_isRefusedByName() {
        for (String port : List.of("0", "65536", "-1", "tcp://10.0.0.1:5432", "five")) {
            environment.put("SOURCE_POSTGRES_PORT", port);
            IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, this::source);
            assertEquals(
                    "SOURCE_POSTGRES_PORT=" + port + " is not possible, expected a port from 1 to 65535",
                    refusal.getMessage());
        }
    }

    @Test
    void options_tls_isNamedAsItWasWritten() {
        environment.put("POSTGRES_SSLMODE", "disable");
        environment.put("SOURCE_POSTGRES_SSLMODE", "verify-full");
        assertEquals(
                "POSTGRES_SSLROOTCERT is missing, but SOURCE_POSTGRES_SSLMODE=verify-full wants the certificate of the"
                        + " server's authority, a PEM file",
                assertThrows(IllegalArgumentException.class, this::source).getMessage());
        environment.put("SOURCE_POSTGRES_SSLROOTCERT", "/not/there");
        assertEquals(
                "SOURCE_POSTGRES_SSLROOTCERT=/not/there is not a file that can be read",
                assertThrows(IllegalArgumentException.class, this::source).getMessage());
    }

    /** Nobody listens at port 1. */
    @Test
    void connect_refused_saysWhichSideAndWhereThatWasSaid() {
        environment.put("SOURCE_POSTGRES_DB", "sales");
        assertEquals(
                "Connection refused: localhost/127.0.0.1:1"
                        + " (source: POSTGRES_HOST=localhost POSTGRES_PORT=1 SOURCE_POSTGRES_DB=sales)",
                failure(source()));
    }

    /** As it is behind a network that has been cut, or a proxy whose server is gone. */
    @Test
    void connect_serverThatSaysNothing_isGivenUp() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            environment.put("SOURCE_POSTGRES_PORT", Integer.toString(silent.getLocalPort()));
            assertTrue(failure(source())
                    .endsWith(" (source: POSTGRES_HOST=localhost SOURCE_POSTGRES_PORT=" + silent.getLocalPort()
                            + " POSTGRES_DB=results)"));
        }
    }

    private static String failure(Database database) {
        CompletionException failure = assertThrows(
                CompletionException.class,
                () -> database.connect()
                        .toCompletionStage()
                        .toCompletableFuture()
                        .join());
        return failure.getCause().getMessage();
    }
}
