package io.tally.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The connector of a pipeline, seen through the REST interface of its worker. */
public final class Connector implements AutoCloseable {

    private static final Path OPERATIONS = Path.of("docs", "operations.md");
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+)}");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final String url;

    Connector(String connectUrl, String name) {
        url = connectUrl + "/connectors/" + name;
    }

    /** Registers it; what the variables do not tell, the worker has in its environment. */
    void register(String config, Map<String, String> variables, Map<String, String> settings) {
        Function<MatchResult, String> value = match ->
                Matcher.quoteReplacement(variables.getOrDefault(match.group(1), "${env:" + match.group(1) + "}"));
        String rendered = VARIABLE.matcher(config).replaceAll(value);
        awaitAnswer("the connector is registered", () -> {
            Map<String, String> all = new TreeMap<>();
            JSON.readTree(rendered)
                    .properties()
                    .forEach(entry -> all.put(entry.getKey(), entry.getValue().asText()));
            all.putAll(settings);
            return send(request("/config").PUT(body(JSON.writeValueAsString(all))));
        });
    }

    /** Waits until its task runs. */
    public void awaitRunning() {
        Await.until(() -> "the connector runs, but: " + describe(), LIMIT, () -> {
            JsonNode status = JSON.readTree(send(request("/status").GET()).body());
            return status.at("/connector/state").asText().equals("RUNNING")
                    && status.at("/tasks/0/state").asText().equals("RUNNING");
        });
    }

    /** What Connect says about it, the reason of a failure included. */
    public String describe() {
        try {
            return send(request("/status").GET()).body();
        } catch (IOException | InterruptedException e) {
            return e.toString();
        }
    }

    /** Where it would go on from, as Connect has stored it; missing if it would begin anew. */
    public JsonNode storedOffset() throws IOException, InterruptedException {
        return JSON.readTree(send(request("/offsets").GET()).body()).at("/offsets/0/offset");
    }

    /** Ends its task; it stays registered. */
    public void stop() {
        awaitAnswer("the connector is stopped", () -> send(request("/stop").PUT(body(""))));
        Await.until(() -> "stopped, but: " + describe(), LIMIT, () -> {
            JsonNode status = JSON.readTree(send(request("/status").GET()).body());
            return status.at("/connector/state").asText().equals("STOPPED")
                    && status.path("tasks").isEmpty();
        });
    }

    /** Lets a stopped connector go on. */
    public void resume() {
        awaitAnswer("the connector is resumed", () -> send(request("/resume").PUT(body(""))));
    }

    /** Has it read the whole table again, by what docs/operations.md tells people to type. */
    public void beginAnew() throws IOException {
        String section = Files.readString(OPERATIONS).split("\n### Connector begins anew\n", 2)[1];
        String typed = section.split("\n```\n", 3)[1];
        if (!typed.startsWith("C=http://localhost:8083/connectors/orders-connector\n")) {
            throw new IllegalStateException("not what is to be typed: " + typed);
        }
        String script = typed.replaceFirst("\\S+", Matcher.quoteReplacement("C=" + url));
        Process bash = new ProcessBuilder("bash", "-euc", script).inheritIO().start();
        int exit = Processes.awaitExit(bash, LIMIT.toSeconds());
        if (exit != 0) {
            throw new IllegalStateException("it ended with " + exit + ": " + script);
        }
    }

    /** Removes it, if the worker still runs. */
    @Override
    public void close() {
        try {
            send(request("").DELETE());
        } catch (IOException e) {
            System.out.println(url + " was not removed: " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        http.close();
    }

    private interface Call {
        HttpResponse<String> make() throws IOException, InterruptedException;
    }

    /** A worker that has just started, or shares out its work anew, refuses for a while. */
    private static void awaitAnswer(String what, Call call) {
        Await.until(what, LIMIT, () -> {
            HttpResponse<String> answer = call.make();
            if (answer.statusCode() >= 300) {
                throw new IOException(answer.statusCode() + ": " + answer.body());
            }
            return true;
        });
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url + path))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json");
    }

    private static HttpRequest.BodyPublisher body(String text) {
        return HttpRequest.BodyPublishers.ofString(text);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
