package io.tally.registry;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.cdc.ColumnNames;
import io.tally.testkit.Await;
import io.tally.testkit.RegistryStandIn;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SchemaRegistryTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final String ROW =
            "{\"type\":\"record\",\"name\":\"Value\",\"namespace\":\"shop\",\"fields\":[{\"name\":\"op\",\"type\":\"string\"}]}";

    private final RegistryStandIn server = new RegistryStandIn();
    private final AtomicLong nowMs = new AtomicLong(1_000_000);

    @AfterEach
    void stop() {
        server.close();
    }

    private SchemaRegistry registry(String url, Optional<String> authorization) {
        return new SchemaRegistry(
                new RegistryClient(
                        HttpClient.newHttpClient(),
                        URI.create(url),
                        authorization,
                        () -> new ColumnNames(List.of("order_id"), List.of())),
                () -> Instant.ofEpochMilli(nowMs.get()));
    }

    private SchemaRegistry registry() {
        return registry(server.url() + "/", Optional.empty());
    }

    private static void fetch(SchemaRegistry registry, Integer... ids) {
        registry.fetch(List.of(ids)).await().atMost(LIMIT);
    }

    @Test
    void fetch_knownSchemas_asksOnceForEach() {
        int avro = server.add("orders-value", "AVRO", ROW);
        int json = server.add("orders-json", "JSON", "{\"properties\":{}}");
        SchemaRegistry registry = registry();
        assertNull(registry.find(avro));
        fetch(registry, avro, json);
        assertFalse(registry.find(avro).isUnknown());
        assertFalse(registry.find(json).isUnknown());
        nowMs.addAndGet(Duration.ofDays(365).toMillis());
        assertNotNull(registry.find(avro));
        assertEquals(2, server.questions());
        assertNull(registry.failure());
    }

    @Test
    void fetch_schemaThatRefersToOthers_fetchesThose() {
        server.add("shop.Value", "AVRO", ROW);
        server.add("shop.Pair", "AVRO", pair("Pair", "Value"), "shop.Value");
        int id = server.add("orders-value", "AVRO", pair("Envelope", "Pair"), "shop.Pair", "shop.Value");
        int incomplete = server.add("incomplete", "AVRO", pair("Other", "Nowhere"), "shop.Value");
        SchemaRegistry registry = registry();
        fetch(registry, id, incomplete);
        assertFalse(registry.find(id).isUnknown());
        assertTrue(registry.find(incomplete).isUnknown());
    }

    private static String pair(String name, String type) {
        return "{\"type\":\"record\",\"name\":\"" + name + "\",\"namespace\":\"shop\",\"fields\":["
                + "{\"name\":\"before\",\"type\":[\"null\",\"" + type + "\"]},"
                + "{\"name\":\"after\",\"type\":[\"null\",\"shop." + type + "\"]}]}";
    }

    @Test
    void fetch_unknownId_isUnknownForAWhileAndThenAskedForAgain() {
        SchemaRegistry registry = registry();
        fetch(registry, 1, -5);
        assertTrue(registry.find(1).isUnknown());
        assertTrue(registry.find(-5).isUnknown());
        server.add("orders-value", "AVRO", ROW);
        assertTrue(registry.find(1).isUnknown());
        nowMs.addAndGet(-1);
        assertNull(registry.find(-5), "the clock was set back, nobody knows how far");
        nowMs.addAndGet(60_001);
        assertNull(registry.find(1));
        fetch(registry, 1);
        assertFalse(registry.find(1).isUnknown());
    }

    @Test
    void fetch_schemaOfAnotherKindOrBroken_isUnknown() {
        int protobuf = server.add("a", "PROTOBUF", "syntax = \"proto3\";");
        int noAvro = server.add("b", "AVRO", "{\"type\":\"record\",\"name\":\"x\"}");
        int noJson = server.add("c", "JSON", "nonsense");
        SchemaRegistry registry = registry();
        fetch(registry, protobuf, noAvro, noJson);
        for (int id : new int[] {protobuf, noAvro, noJson}) {
            assertTrue(registry.find(id).isUnknown());
        }
    }

    @Test
    void fetch_registryIsAway_waitsAndSaysSo() throws Exception {
        int id = server.add("orders-value", "AVRO", ROW);
        server.beAway(503);
        SchemaRegistry registry = registry();
        CompletableFuture<Void> fetched = registry.fetch(List.of(id)).subscribeAsCompletionStage();
        Await.until("asked again", LIMIT, () -> server.questions() >= 3);
        assertFalse(fetched.isDone());
        assertTrue(registry.failure().contains("503"), registry.failure());
        server.beAway(0);
        fetched.get();
        assertFalse(registry.find(id).isUnknown());
        assertNull(registry.failure());
    }

    /** A wrong address must not make every record a dead letter. */
    @Test
    void fetch_noSuchPage_waitsInsteadOfTakingTheIdForUnknown() {
        SchemaRegistry registry = registry(server.url().replace("/apis/ccompat/v7", ""), Optional.empty());
        CompletableFuture<Void> fetched = registry.fetch(List.of(1)).subscribeAsCompletionStage();
        Await.until("it says why", LIMIT, () -> registry.failure() != null);
        assertTrue(registry.failure().contains("/apis/ccompat/v7"), registry.failure());
        assertFalse(fetched.isDone());
        fetched.cancel(true);
    }

    @Test
    void fetch_credentials_areSentAndAskedFor() {
        int id = server.add("orders-value", "AVRO", ROW);
        server.demand("Bearer abc");
        SchemaRegistry without = registry();
        CompletableFuture<Void> fetched = without.fetch(List.of(id)).subscribeAsCompletionStage();
        Await.until("it says why", LIMIT, () -> without.failure() != null);
        assertTrue(without.failure().contains("tally.registry.username"), without.failure());
        fetched.cancel(true);
        SchemaRegistry with = registry(server.url(), Optional.of("Bearer abc"));
        fetch(with, id);
        assertFalse(with.find(id).isUnknown());
    }
}
