package io.tally.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands for a schema registry, none of which is to be had as a Maven artifact: speaks as much of Apicurio's API as its
 * converters need to register schemas, and of Confluent's, which Apicurio's registry has as well, what reading needs. Can
 * be away, and can ask for credentials.
 */
public final class RegistryStandIn implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private record Stored(String name, String type, String content, JsonNode references) {}

    private final List<Stored> schemas = new ArrayList<>();
    private final AtomicInteger questions = new AtomicInteger();
    private final HttpServer server;
    private volatile int away;
    private volatile String authorization;

    public RegistryStandIn() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::answer);
        server.start();
    }

    /** For {@code tally.registry.url}. */
    public String url() {
        return base() + "/apis/ccompat/v7";
    }

    /** For {@code apicurio.registry.url} of a converter. */
    public String registeringUrl() {
        return base() + "/apis/registry/v2";
    }

    private String base() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Answers reading with this status from now on; 0 for an end of that. */
    public void beAway(int status) {
        away = status;
    }

    /** Answers readers with this header only. */
    public void demand(String newAuthorization) {
        authorization = newAuthorization;
    }

    /** How often a schema was asked for. */
    public int questions() {
        return questions.get();
    }

    /** How many schemas there are. */
    public synchronized int size() {
        return schemas.size();
    }

    /** The content of a schema by its id. */
    public synchronized String content(int id) {
        return schemas.get(id - 1).content;
    }

    /** Adds a schema that refers to those named, by the names they were added under; returns its id. */
    public synchronized int add(String name, String type, String content, String... references) {
        ArrayNode all = JSON.createArrayNode();
        for (String reference : references) {
            all.addObject().put("artifactId", reference).put("version", "1").put("name", reference);
        }
        return add(new Stored(name, type, content, all));
    }

    private int add(Stored schema) {
        int known = schemas.indexOf(schema);
        if (known >= 0) {
            return known + 1;
        }
        schemas.add(schema);
        return schemas.size();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            if (exchange.getRequestMethod().equals("POST")) {
                send(exchange, 200, register(exchange));
                return;
            }
            questions.incrementAndGet();
            String given = exchange.getRequestHeaders().getFirst("Authorization");
            if (away != 0) {
                send(exchange, away, "gone for lunch");
            } else if (authorization != null && !authorization.equals(given)) {
                send(exchange, 401, "{\"error_code\":401,\"message\":\"Unauthorized\"}");
            } else if (path.startsWith("/apis/ccompat/v7/schemas/ids/")) {
                sendSchema(exchange, find(path.substring(path.lastIndexOf('/') + 1)));
            } else if (path.matches("/apis/ccompat/v7/subjects/[^/]+/versions/1")) {
                sendSchema(exchange, find(path.split("/")[5]));
            } else {
                send(exchange, 404, "{\"error_code\":404,\"message\":\"HTTP 404 Not Found\"}");
            }
        }
    }

    /** Finds a schema by its id, or its name. */
    private synchronized Stored find(String wanted) {
        for (int i = 0; i < schemas.size(); i++) {
            if (wanted.equals(Integer.toString(i + 1)) || wanted.equals(schemas.get(i).name)) {
                return schemas.get(i);
            }
        }
        return null;
    }

    private void sendSchema(HttpExchange exchange, Stored schema) throws IOException {
        if (schema == null) {
            send(exchange, 404, "{\"error_code\":40403,\"message\":\"Schema not found\"}");
            return;
        }
        ObjectNode body = JSON.createObjectNode().put("schema", schema.content);
        if (!schema.type.equals("AVRO")) {
            body.put("schemaType", schema.type);
        }
        ArrayNode references = body.putArray("references");
        for (JsonNode reference : schema.references) {
            references
                    .addObject()
                    .put("name", reference.path("name").asText())
                    .put("subject", reference.path("artifactId").asText())
                    .put("version", 1);
        }
        send(exchange, 200, body.toString());
    }

    /** Takes what Apicurio's client sends: the schema itself, or an object with it and its references. */
    private String register(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        String name = exchange.getRequestHeaders().getFirst("X-Registry-ArtifactId");
        String type = exchange.getRequestHeaders().getFirst("X-Registry-ArtifactType");
        boolean extended = String.valueOf(exchange.getRequestHeaders().getFirst("Content-Type"))
                .contains("extended");
        JsonNode tree = extended ? JSON.readTree(body) : JSON.createObjectNode();
        String content = extended ? tree.path("content").asText() : body;
        JsonNode references = tree.path("references").isArray() ? tree.path("references") : JSON.createArrayNode();
        int id;
        synchronized (this) {
            id = add(new Stored(name, type, content, references));
        }
        return JSON.createObjectNode()
                .put("id", name)
                .put("groupId", "default")
                .put("version", "1")
                .put("type", type)
                .put("state", "ENABLED")
                .put("globalId", id)
                .put("contentId", id)
                .toString();
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
