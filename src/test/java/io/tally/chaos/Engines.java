package io.tally.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.FaultyProxy;
import io.tally.testkit.RealStack;
import io.tally.testkit.TestPipeline;
import io.tally.testkit.TopicAdmin;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The engines of one group: one whose ways to the database and the broker can be made to fail, and a second one, with
 * ways of its own and a user of the broker, that comes and goes. Used by one thread, except {@link #sample}.
 */
final class Engines implements AutoCloseable {

    /** Of the second engine. */
    static final String USER = "chaos";

    private static final Duration LIMIT = Duration.ofSeconds(180);
    /** About half a second of the load. */
    private static final int CAUGHT_UP_RECORDS = 100;

    private final TestPipeline pipeline;
    private final FaultyProxy database;
    private final FaultyProxy source;
    private final FaultyProxy broker;
    private final Map<EngineProcess, Long> replayed = new ConcurrentHashMap<>();

    private volatile EngineProcess first;
    private volatile EngineProcess second;

    Engines(TestPipeline pipeline) {
        this.pipeline = pipeline;
        RealStack stack = pipeline.stack();
        database = new FaultyProxy(0, pipeline.results().port());
        source = pipeline.hasTwoDatabases()
                ? new FaultyProxy(0, pipeline.source().port())
                : database;
        broker = new FaultyProxy(stack.brokerProxyPort(), stack.brokerProxiedPort());
        try (TopicAdmin admin = new TopicAdmin(pipeline)) {
            admin.setPassword(USER, USER);
        }
        first = startFirst();
        second = startSecond();
    }

    private EngineProcess startFirst(String... settings) {
        Map<String, String> throughProxies = Map.of(
                "POSTGRES_PORT",
                Integer.toString(database.port()),
                "SOURCE_POSTGRES_PORT",
                Integer.toString(source.port()),
                "KAFKA_BOOTSTRAP_SERVERS",
                "127.0.0.1:" + broker.port());
        return EngineProcess.start(pipeline, throughProxies, settings("first", settings));
    }

    private EngineProcess startSecond() {
        return EngineProcess.start(pipeline, pipeline.loginEnvironment(USER), settings("second"));
    }

    private static String[] settings(String name, String... more) {
        String applicationName = "quarkus.datasource.reactive.additional-properties.application_name=" + name;
        return Stream.concat(Stream.of(applicationName), Stream.of(more)).toArray(String[]::new);
    }

    /** The way of the first engine to the database. */
    FaultyProxy database() {
        return database;
    }

    /** Its way to the source, which may be the same. */
    FaultyProxy source() {
        return source;
    }

    /** The way of the first engine to the broker. */
    FaultyProxy broker() {
        return broker;
    }

    EngineProcess first() {
        return first;
    }

    /** All engines there are now. */
    List<EngineProcess> all() {
        return second == null ? List.of(first) : List.of(first, second);
    }

    EngineProcess named(String applicationName) {
        return applicationName.equals("first") ? first : second;
    }

    /**
     * Puts a new process into the place of a killed one; returns how long it took from its start until all partitions were
     * caught up.
     */
    Duration replace(EngineProcess killed) {
        long startedNanos = System.nanoTime();
        killed.close();
        if (killed == first) {
            first = startFirst();
        } else {
            second = startSecond();
        }
        Await.until(() -> "all partitions are caught up\n" + logs(), LIMIT, this::isCaughtUp);
        return Duration.ofNanos(System.nanoTime() - startedNanos);
    }

    /** Why fills are owed that wait for the hour to be over. */
    List<String> owed() {
        return all().stream()
                .flatMap(engine -> engine.textsOfViews("/fills/owed/reason").stream())
                .filter(reason -> !reason.isEmpty())
                .toList();
    }

    /** Does what the runbook says when a fill is owed and not to be waited for. */
    void rebuild() {
        first.close();
        first = startFirst("tally.rebuild=true");
        Await.until(
                () -> "the results are filled again\n" + logs(),
                LIMIT,
                () -> first.count("/views/0/fills/times") > 0 && isCaughtUp());
    }

    /** Whether all engines run, and all partitions are read and have been read to their ends, or nearly. */
    private boolean isCaughtUp() throws IOException, InterruptedException {
        int views = 0;
        int partitions = 0;
        long lag = 0;
        for (EngineProcess engine : all()) {
            JsonNode status = engine.status();
            if (!status.path("state").asText().equals("RUNNING")) {
                return false;
            }
            for (JsonNode view : status.path("views")) {
                views = status.path("views").size();
                for (JsonNode partition : view.path("partitions")) {
                    if (partition.path("replaying").asBoolean() || !partition.has("lag")) {
                        return false;
                    }
                    partitions++;
                    lag += partition.path("lag").asLong();
                }
            }
        }
        return partitions == views * TestPipeline.PARTITIONS && views > 0 && lag < CAUGHT_UP_RECORDS;
    }

    private String logs() {
        return all().stream().map(EngineProcess::log).collect(Collectors.joining("\n\n"));
    }

    /** Starts a second engine, or stops it in good order. */
    void toggleSecond() {
        EngineProcess there = second;
        if (there == null) {
            second = startSecond();
            return;
        }
        second = null;
        int code = there.stop();
        if (code != EngineProcess.STOPPED) {
            throw new AssertionError("exit code " + code + ", its log:\n" + there.log());
        }
    }

    /** Waits until nothing is wrong any more. */
    void calm() {
        database.heal();
        source.heal();
        broker.heal();
        all().forEach(EngineProcess::resume);
        Await.until(() -> "all partitions are caught up\n" + logs(), LIMIT, this::isCaughtUp);
    }

    /** Notes what engines have counted; a killed one takes its last counts with it. */
    void sample() {
        for (EngineProcess engine : all()) {
            try {
                JsonNode records = engine.status().at("/views/0/records");
                replayed.put(engine, records.path("replayed").asLong());
            } catch (IOException e) {
                // It is not there yet, or no longer.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Records read again by all engines so far, as far as they lived to tell. */
    long replayed() {
        return replayed.values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public void close() throws IOException {
        new ArrayList<>(all()).forEach(EngineProcess::close);
        database.close();
        source.close();
        broker.close();
    }
}
