package io.tally.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.tally.cdc.ColumnNames;
import io.tally.cdc.WriterSchema;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/** One question and its answer. The caller asks again if that fails. */
class RegistryClient {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    /**
     * Error codes of registries for a subject, version or schema that they do not have; a page that does not exist has others.
     */
    private static final Set<Integer> NOT_THERE = Set.of(40401, 40402, 40403);

    private static final int MOST_REFERENCES = 100;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http;
    private final String url;
    private final Optional<String> authorization;
    private final Supplier<ColumnNames> columns;

    RegistryClient(HttpClient http, URI url, Optional<String> authorization, Supplier<ColumnNames> columns) {
        this.http = http;
        this.url = url.toString().replaceAll("/+$", "");
        this.authorization = authorization;
        this.columns = columns;
    }

    /** Fetches a schema, with those that it refers to; fails if the registry does not answer, or not in its own words. */
    CompletableFuture<WriterSchema> schema(int id) {
        return get("/schemas/ids/" + id).thenCompose(answer -> {
            if (answer.isMissingNode()) {
                return CompletableFuture.completedFuture(WriterSchema.unknown("is not in the registry"));
            }
            return referenced(answer, new LinkedHashSet<>(), new ArrayList<>())
                    .thenApply(texts -> WriterSchema.of(
                            answer.path("schemaType").asText(WriterSchema.AVRO),
                            answer.path("schema").asText(),
                            texts,
                            columns.get()));
        });
    }

    /** The texts of the schemas that one refers to, each after those that it refers to itself. */
    private CompletableFuture<List<String>> referenced(JsonNode schema, Set<String> seen, List<String> texts) {
        CompletableFuture<List<String>> all = CompletableFuture.completedFuture(texts);
        for (JsonNode reference : schema.path("references")) {
            String place = "/subjects/"
                    + URLEncoder.encode(reference.path("subject").asText(), StandardCharsets.UTF_8)
                    + "/versions/" + reference.path("version").asInt();
            all = all.thenCompose(before -> seen.size() == MOST_REFERENCES || !seen.add(place)
                    ? CompletableFuture.completedFuture(before)
                    : get(place)
                            .thenCompose(answer -> referenced(answer, seen, before)
                                    .thenApply(deeper -> {
                                        deeper.add(answer.path("schema").asText());
                                        return deeper;
                                    })));
        }
        return all;
    }

    /** The answer, or a missing node if the registry says that it has no such thing. */
    private CompletableFuture<JsonNode> get(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(TIMEOUT)
                .header("Accept", "application/vnd.schemaregistry.v1+json, application/json");
        authorization.ifPresent(value -> request.header("Authorization", value));
        return http.sendAsync(request.build(), HttpResponse.BodyHandlers.ofString())
                .thenApply(response -> answer(path, response));
    }

    private JsonNode answer(String path, HttpResponse<String> response) {
        int status = response.statusCode();
        JsonNode body;
        try {
            body = JSON.readTree(response.body());
        } catch (JsonProcessingException e) {
            throw notUnderstood(path, status);
        }
        if (status == 404 && NOT_THERE.contains(body.path("error_code").asInt())) {
            return MissingNode.getInstance();
        }
        if (status != 200 || !body.path("schema").isTextual()) {
            throw notUnderstood(path, status);
        }
        return body;
    }

    private CompletionException notUnderstood(String path, int status) {
        String remedy = switch (status) {
            case 401, 403 -> "; set tally.registry.username and tally.registry.password, or tally.registry.token";
            case 200, 404 ->
                "; tally.registry.url should be the address of Confluent's API, of Apicurio's registry with"
                        + " /apis/ccompat/v7";
            default -> "";
        };
        return new CompletionException(
                new IOException("GET " + url + path + " was answered by status " + status + remedy));
    }

    void close() {
        http.shutdownNow();
    }
}
