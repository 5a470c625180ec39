package io.tally.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The packaged engine as a process of its own: it can be killed without a chance to clean up. It runs on a JVM, or is the
 * native executable that the system property {@code engine.executable} names. {@code engine.jvm-options} are for the JVM.
 */
public final class EngineProcess implements AutoCloseable {

    /** Exit code of a process that SIGTERM has stopped, by the convention of shells. */
    public static final int STOPPED = 128 + 15;

    /** What an engine sends first of a batch, and with nothing else. */
    public static final String PUBLICATION = "SET LOCAL tally.publishing";

    /** A comparison rests a hundred times as long as it took, and takes seconds on a busy machine. */
    public static final Duration AUDIT_LIMIT = Duration.ofMinutes(5);

    private static final String EXECUTABLE = "engine.executable";
    private static final String JVM_OPTIONS = "engine.jvm-options";
    private static final String HEAP = "512m";
    private static final Path APPLICATION = Path.of("target", "quarkus-app", "quarkus-run.jar");
    private static final Duration START_LIMIT = Duration.ofSeconds(90);
    /** It takes a second, and two more for the first that writes the archive of classes; a frozen one never does it. */
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    /** Where an entry of the log begins: with its time. */
    private static final Pattern ENTRY = Pattern.compile("(?m)^(?=\\d{2}:\\d{2}:\\d{2}\\.\\d{3} )");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final AtomicInteger STARTED = new AtomicInteger();

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final int port;
    private final Path log;
    private final Process process;

    /** Starts an engine for a pipeline; further settings as {@code key=value}. */
    public static EngineProcess start(TestPipeline pipeline, String... settings) {
        return start(pipeline, Map.of(), settings);
    }

    /** The same, with environment variables that win over the pipeline's. */
    public static EngineProcess start(TestPipeline pipeline, Map<String, String> environment, String... settings) {
        return launch(Processes.freePort(), HEAP, pipeline, environment, settings);
    }

    /** Starts another engine at the address of this one, which has ended. */
    public EngineProcess successor(TestPipeline pipeline, String... settings) {
        return launch(port, HEAP, pipeline, Map.of(), settings);
    }

    /** Starts an engine with a heap of its own size, as {@code -Xmx} has it. */
    public static EngineProcess startInHeap(String heap, TestPipeline pipeline, String... settings) {
        return launch(Processes.freePort(), heap, pipeline, Map.of(), settings);
    }

    private static EngineProcess launch(
            int port, String heap, TestPipeline pipeline, Map<String, String> environment, String... settings) {
        try {
            return new EngineProcess(port, heap, pipeline, environment, settings);
        } catch (IOException e) {
            throw new UncheckedIOException("the engine did not start", e);
        }
    }

    private EngineProcess(
            int port, String heap, TestPipeline pipeline, Map<String, String> environment, String... settings)
            throws IOException {
        this.port = port;
        String executable = System.getProperty(EXECUTABLE, "");
        Path program = executable.isEmpty() ? APPLICATION : Path.of(executable);
        if (!Files.exists(program)) {
            throw new IOException(program + " is missing; ./mvnw package makes it");
        }
        log = pipeline.logFile("engine-" + STARTED.incrementAndGet());
        List<String> command =
                new ArrayList<>(List.of(executable.isEmpty() ? Processes.java() : program.toString(), "-Xmx" + heap));
        for (String setting : settings) {
            command.add("-D" + setting);
        }
        if (executable.isEmpty()) {
            command.addAll(jvmOptions());
            command.addAll(List.of("-jar", program.toString()));
        } else {
            // Those that share a machine need a temporary folder each; docs/adr/0007-native.md.
            Path temporary = Files.createTempDirectory(log.toAbsolutePath().getParent(), "tmp");
            command.add("-Djava.io.tmpdir=" + temporary);
        }
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(pipeline.engineEnvironment());
        builder.environment().put("HTTP_PORT", Integer.toString(port));
        builder.environment().putAll(environment);
        process = builder.start();
        Process child = process;
        Runtime.getRuntime().addShutdownHook(new Thread(child::destroyForcibly));
    }

    private static List<String> jvmOptions() {
        String options = System.getProperty(JVM_OPTIONS, "").strip();
        return options.isEmpty() ? List.of() : List.of(options.split("\\s+"));
    }

    /** Waits until the engine says that it is running. */
    public EngineProcess awaitRunning() {
        return await("the engine runs", status -> status.path("state").asText().equals("RUNNING"));
    }

    /** Waits until the engine owns at least so many partitions, none at all included, and reads them. */
    public EngineProcess awaitReading(int partitions) {
        return await(
                "the engine reads " + partitions + " partitions",
                status -> Set.of("RUNNING", "STANDBY")
                                .contains(status.path("state").asText())
                        && status.path("partitions").size() >= partitions);
    }

    private EngineProcess await(String what, Predicate<JsonNode> condition) {
        Await.until(() -> what + "; its log ends with\n" + lastLines(), START_LIMIT, () -> {
            requireAlive();
            return condition.test(status());
        });
        return this;
    }

    /** Fails at once if the engine has ended, where a wait for what it does would go on until its time is over. */
    public void requireAlive() {
        if (!process.isAlive()) {
            throw new AssertionError("the engine has ended with exit code " + process.exitValue()
                    + "; its log ends with\n" + lastLines());
        }
    }

    /** Waits until a line of the log contains the text. */
    public void awaitLog(String text) {
        Await.until(
                () -> "'" + text + "' in the log, which ends with\n" + lastLines(),
                START_LIMIT,
                () -> log().contains(text));
    }

    /** What {@code /api/status} says. */
    public JsonNode status() throws IOException, InterruptedException {
        return JSON.readTree(get("/api/status").body());
    }

    /** Whether one answer has this state, and in its reason all these texts. */
    public boolean isInState(String state, String... reasons) throws IOException, InterruptedException {
        JsonNode status = status();
        String reason = status.path("reason").asText();
        return status.path("state").asText().equals(state) && Stream.of(reasons).allMatch(reason::contains);
    }

    /** The texts of all views at a place in what {@code /api/status} says of each, a JSON pointer. */
    public List<String> textsOfViews(String pointer) {
        List<String> texts = new ArrayList<>();
        at("/views").forEach(view -> texts.add(view.at(pointer).asText()));
        return texts;
    }

    /** A count from {@code /api/status}, as a JSON pointer. */
    public long count(String pointer) {
        return at(pointer).asLong();
    }

    /** A text from {@code /api/status}, as a JSON pointer; empty if it is not there. */
    public String text(String pointer) {
        return at(pointer).asText();
    }

    private JsonNode at(String pointer) {
        try {
            return status().at(pointer);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** The value of a metric, named as Prometheus is told: with its labels, if it has any. */
    public double metric(String name) throws IOException, InterruptedException {
        return findMetric(name).orElseThrow();
    }

    /** The same of a metric that not every engine has. */
    public OptionalDouble findMetric(String name) throws IOException, InterruptedException {
        return get("/q/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length())))
                .findFirst();
    }

    /** Where its page is. */
    public String address() {
        return "http://localhost:" + port + "/";
    }

    /** The answer to a GET. */
    public HttpResponse<String> get(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address()).resolve(path))
                .timeout(Duration.ofSeconds(10))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** Kills it: no shutdown hook runs. */
    public void kill() {
        Processes.signal(process, "KILL");
        Processes.awaitExit(process, 10);
    }

    /** Asks it to stop, and waits for its end. */
    public int stop() {
        Processes.signal(process, "TERM");
        return Processes.awaitExit(process, 30);
    }

    /** Freezes it. */
    public void pause() {
        Processes.signal(process, "STOP");
    }

    /** Lets it go on. */
    public void resume() {
        Processes.signal(process, "CONT");
    }

    /** Waits for its end, before which it may have to start; returns the exit code. */
    public int awaitExit() {
        return Processes.awaitExit(process, START_LIMIT.toSeconds());
    }

    /** Where it listens. */
    public int port() {
        return port;
    }

    public long pid() {
        return process.pid();
    }

    /** Fails if there is a stack trace in the log. */
    public void assertNoStackTrace() {
        entries().filter(entry -> entry.contains("\tat ")).findFirst().ifPresent(entry -> {
            throw new AssertionError("a stack trace: " + entry + "\nThe whole log:\n" + log());
        });
    }

    /** Entries of the log, a stack trace with what it belongs to; without those of a machine that lets no thread run. */
    public Stream<String> entries() {
        return ENTRY.splitAsStream(log()).filter(entry -> !entry.contains("[BlockedThreadChecker]"));
    }

    public String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String lastLines() {
        List<String> lines = log().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 30), lines.size()));
    }

    /**
     * Ends it, whatever it does: in good order if it can, because then the next engine of its group gets its partitions at
     * once, and need not wait until the session of a killed one is over. A test that means a kill says {@link #kill}.
     */
    @Override
    public void close() {
        process.destroy();
        if (!Processes.endsWithin(process, STOP_LIMIT)) {
            kill();
        }
        http.close();
    }
}
