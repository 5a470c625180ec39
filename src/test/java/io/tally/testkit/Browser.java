package io.tally.testkit;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A headless Chromium with one page, steered over the DevTools protocol [1]. Keeps what the page complains of and which
 * addresses it asks.
 *
 * <p>[1] https://chromedevtools.github.io/devtools-protocol/
 */
public final class Browser implements AutoCloseable {

    private static final List<String> PROGRAMS = List.of("/usr/bin/chromium", "/usr/bin/chromium-browser");
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Something that the page, or the browser about it, has complained of.
     *
     * @param source {@code network} if an address did not answer as wished
     */
    public record Complaint(String source, String text) {}

    private final Process process;
    private final Path profile;
    private final HttpClient http = HttpClient.newHttpClient();
    private final WebSocket socket;
    private final AtomicInteger lastId = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> waiting = new ConcurrentHashMap<>();
    private final List<Complaint> complaints = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private volatile Map<String, String> login = Map.of();

    /** Starts one. Debian's package {@code chromium} has to be installed. */
    public static Browser start() {
        String program = PROGRAMS.stream()
                .filter(path -> Files.isExecutable(Path.of(path)))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "no Chromium at " + PROGRAMS + "; apt-get install chromium installs it"));
        try {
            return new Browser(program);
        } catch (IOException e) {
            throw new UncheckedIOException("the browser did not start", e);
        }
    }

    private Browser(String program) throws IOException {
        profile = Files.createTempDirectory("tally-browser");
        process = new ProcessBuilder(
                        program,
                        "--headless=new",
                        // Its sandbox does not work for root and in most containers; it shows nothing but our own page.
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-dev-shm-usage",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--no-first-run",
                        "--hide-scrollbars",
                        "--lang=en-GB",
                        "--remote-debugging-port=0",
                        "--user-data-dir=" + profile,
                        "about:blank")
                .redirectErrorStream(true)
                .redirectOutput(profile.resolve("said.log").toFile())
                .start();
        Process child = process;
        Runtime.getRuntime().addShutdownHook(new Thread(child::destroyForcibly));
        URI page = page(awaitPort());
        socket = http.newWebSocketBuilder().buildAsync(page, new Listener()).join();
        send("Page.enable", Map.of());
        send("Runtime.enable", Map.of());
        send("Network.enable", Map.of());
        send("Log.enable", Map.of());
    }

    /** The browser writes a file when it listens: the port, and a path. */
    private int awaitPort() throws IOException {
        Path file = profile.resolve("DevToolsActivePort");
        Await.until(
                () -> "the browser listens, which said: " + said(),
                ANSWER_LIMIT,
                () -> Files.exists(file) && Files.readAllLines(file).size() == 2);
        return Integer.parseInt(Files.readAllLines(file).getFirst());
    }

    private String said() {
        try {
            return Files.readString(profile.resolve("said.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private URI page(int port) throws IOException {
        URI list = URI.create("http://127.0.0.1:" + port + "/json/list");
        try {
            HttpResponse<String> answer =
                    http.send(HttpRequest.newBuilder(list).build(), HttpResponse.BodyHandlers.ofString());
            for (JsonNode target : JSON.readTree(answer.body())) {
                if (target.path("type").asText().equals("page")) {
                    return URI.create(target.path("webSocketDebuggerUrl").asText());
                }
            }
            throw new IOException("no page among " + answer.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Answers as a person would when a page asks for user and password. */
    public Browser logIn(String user, String password) {
        login = Map.of("response", "ProvideCredentials", "username", user, "password", password);
        send("Fetch.enable", Map.of("handleAuthRequests", true));
        return this;
    }

    /** Opens an address in the page. */
    public Browser open(String url) {
        send("Page.navigate", Map.of("url", url));
        return this;
    }

    /** Shows the page at a size, in CSS pixels, to a reader who prefers dark or light. */
    public Browser view(int width, int height, boolean dark) {
        send(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
        send(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
        return this;
    }

    /** The value of an expression; of a promise, what it becomes. */
    public JsonNode evaluate(String script) {
        JsonNode answer =
                send("Runtime.evaluate", Map.of("expression", script, "awaitPromise", true, "returnByValue", true));
        if (answer.has("exceptionDetails")) {
            throw new IllegalStateException(answer.path("exceptionDetails").toString());
        }
        return answer.path("result").path("value");
    }

    /** The text of the first element that a selector finds, as the page shows it; empty if there is none. */
    public String text(String selector) {
        return evaluate("document.querySelector(" + quoted(selector) + ")?.innerText ?? ''")
                .asText();
    }

    /** Types into a field and submits its form. */
    public void submit(String selector, String value) {
        evaluate("{ const field = document.querySelector(" + quoted(selector) + "); field.value = " + quoted(value)
                + "; field.form.requestSubmit(); }");
    }

    /** Writes a picture of the whole page as PNG. */
    public void screenshot(Path file) {
        JsonNode size = send("Page.getLayoutMetrics", Map.of()).path("cssContentSize");
        Map<String, Object> all = Map.of(
                "x",
                0,
                "y",
                0,
                "width",
                size.path("width").asDouble(),
                "height",
                size.path("height").asDouble(),
                "scale",
                1);
        JsonNode answer =
                send("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true, "clip", all));
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.write(file, Base64.getDecoder().decode(answer.path("data").asText()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Complaints since the start or since they were forgotten. */
    public List<Complaint> complaints() {
        return List.copyOf(complaints);
    }

    public void forgetComplaints() {
        complaints.clear();
    }

    /** The addresses the page has asked. */
    public List<String> requests() {
        return List.copyOf(requests);
    }

    private static String quoted(String text) {
        try {
            return JSON.writeValueAsString(text);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    private JsonNode send(String method, Map<String, ?> parameters) {
        CompletableFuture<JsonNode> answer = begin(method, parameters);
        try {
            return answer.get(ANSWER_LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(method + " was not answered", e);
        }
    }

    /** One message at a time is on its way out. */
    private synchronized CompletableFuture<JsonNode> begin(String method, Map<String, ?> parameters) {
        int id = lastId.incrementAndGet();
        ObjectNode command = JSON.createObjectNode().put("id", id).put("method", method);
        command.set("params", JSON.valueToTree(parameters));
        CompletableFuture<JsonNode> answer = new CompletableFuture<>();
        waiting.put(id, answer);
        socket.sendText(command.toString(), true).join();
        return answer;
    }

    private void handle(JsonNode message) {
        if (message.has("id")) {
            CompletableFuture<JsonNode> answer =
                    waiting.remove(message.path("id").asInt());
            if (message.has("error")) {
                answer.completeExceptionally(
                        new IllegalStateException(message.path("error").toString()));
            } else {
                answer.complete(message.path("result"));
            }
            return;
        }
        JsonNode parameters = message.path("params");
        switch (message.path("method").asText()) {
            case "Network.requestWillBeSent" ->
                requests.add(parameters.at("/request/url").asText());
            case "Fetch.requestPaused" ->
                begin(
                        "Fetch.continueRequest",
                        Map.of("requestId", parameters.path("requestId").asText()));
            case "Fetch.authRequired" ->
                begin(
                        "Fetch.continueWithAuth",
                        Map.of("requestId", parameters.path("requestId").asText(), "authChallengeResponse", login));
            case "Runtime.exceptionThrown" ->
                complaints.add(new Complaint(
                        "script", parameters.path("exceptionDetails").toString()));
            case "Runtime.consoleAPICalled" -> {
                if (parameters.path("type").asText().matches("error|warning|assert")) {
                    complaints.add(
                            new Complaint("console", parameters.path("args").toString()));
                }
            }
            case "Log.entryAdded" -> {
                JsonNode entry = parameters.path("entry");
                complaints.add(new Complaint(
                        entry.path("source").asText(),
                        entry.path("text").asText() + " " + entry.path("url").asText()));
            }
            default -> {
                // Many events are about nothing that is asked here.
            }
        }
    }

    private final class Listener implements WebSocket.Listener {

        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
            text.append(data);
            if (last) {
                try {
                    handle(JSON.readTree(text.toString()));
                } catch (JsonProcessingException e) {
                    throw new UncheckedIOException(e);
                } finally {
                    text.setLength(0);
                }
            }
            from.request(1);
            return null;
        }
    }

    @Override
    public void close() {
        socket.abort();
        http.shutdownNow();
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        Processes.awaitExit(process, 10);
        try (Stream<Path> files = Files.walk(profile)) {
            files.sorted(Comparator.reverseOrder())
                    .forEach(file -> file.toFile().delete());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
