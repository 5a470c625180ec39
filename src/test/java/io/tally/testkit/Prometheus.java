package io.tally.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;

/** A real Prometheus with the project's configuration, that scrapes one engine. Its program has to be on the PATH. */
public final class Prometheus implements AutoCloseable {

    private static final Path CONFIGURATION = Path.of("prometheus");
    /** The engine's address in the containers' network. */
    private static final String TARGET = "engine:8081";

    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http = HttpClient.newHttpClient();
    private final int port = Processes.freePort();
    private final Process process;

    public Prometheus(TestPipeline pipeline, EngineProcess engine) {
        try {
            Path directory = Files.createTempDirectory(Path.of("target", "it"), "prometheus");
            Files.copy(
                    CONFIGURATION.resolve("alerts.yml"),
                    directory.resolve("alerts.yml"),
                    StandardCopyOption.REPLACE_EXISTING);
            String config = Files.readString(CONFIGURATION.resolve("prometheus.yml"));
            if (!config.contains(TARGET)) {
                throw new IllegalStateException("prometheus.yml does not scrape " + TARGET);
            }
            Path file = directory.resolve("prometheus.yml");
            Files.writeString(file, config.replace(TARGET, "localhost:" + engine.port()));
            process = new ProcessBuilder(
                            "prometheus",
                            "--config.file=" + file,
                            "--storage.tsdb.path=" + directory.resolve("data"),
                            "--web.listen-address=127.0.0.1:" + port)
                    .redirectErrorStream(true)
                    .redirectOutput(pipeline.logFile("prometheus").toFile())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("Prometheus did not start; Debian's package prometheus has it", e);
        }
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        Await.until("Prometheus is ready", START_LIMIT, () -> get("/-/ready").statusCode() == 200);
    }

    /** The result of an instant query: one element for each series. */
    public JsonNode query(String expression) throws IOException, InterruptedException {
        String answer = get("/api/v1/query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8))
                .body();
        JsonNode parsed = JSON.readTree(answer);
        if (!parsed.path("status").asText().equals("success")) {
            throw new IllegalArgumentException(expression + " was answered by: " + answer);
        }
        return parsed.path("data").path("result");
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        process.destroy();
        Processes.awaitExit(process, 30);
        http.close();
    }
}
