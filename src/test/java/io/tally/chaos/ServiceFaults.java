package io.tally.chaos;

import io.tally.testkit.TestPipeline;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.SplittableRandom;

/** The hand that meets the database, the broker and Connect. Used by one thread, except where a method says otherwise. */
final class ServiceFaults implements AutoCloseable {

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);
    private static final long LONGEST_ABSENCE_MS = 4_000;

    private final TestPipeline pipeline;
    private final SplittableRandom random;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(ANSWER_LIMIT).build();
    private volatile long phase;

    ServiceFaults(TestPipeline pipeline, SplittableRandom random) {
        this.pipeline = pipeline;
        this.random = random;
    }

    /** Moves when something begins to be away and when it is back; odd in between. May be read by any thread. */
    long phase() {
        return phase;
    }

    /** Strikes, and returns when the service is back. */
    void strike(Fault fault) throws Missed {
        phase++;
        try {
            switch (fault) {
                case POSTGRES_STOPPED -> away("stop", "postgres");
                case POSTGRES_KILLED -> away("kill", "postgres");
                case BROKER_STOPPED -> away("stop", "broker");
                case BROKER_KILLED -> away("kill", "broker");
                case CONNECT_KILLED -> away("kill", "connect");
                case CONNECTOR_RESTARTED -> restartConnector("?includeTasks=true");
                case SESSIONS_ENDED ->
                    pipeline.query("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                            + " WHERE datname = current_database() AND usename = 'tally'");
                default -> throw new IllegalArgumentException(fault.name());
            }
        } catch (IOException e) {
            throw new Missed(e);
        } finally {
            phase++;
        }
    }

    private void away(String how, String service) {
        pipeline.stack().command(how + " " + service);
        EngineFaults.pass(Duration.ofMillis(random.nextLong(LONGEST_ABSENCE_MS)));
        pipeline.stack().command("start " + service);
    }

    /** Restarts the connector's task if it has given up, as whoever runs a connector has to. May be called by any thread. */
    void restartFailedConnector() {
        try {
            if (ask("GET", "/status").body().contains("\"FAILED\"")) {
                System.out.println("chaos: the connector's task has failed, restarting it");
                restartConnector("?includeTasks=true&onlyFailed=true");
            }
        } catch (IOException e) {
            // Connect is away.
        }
    }

    private void restartConnector(String what) throws IOException {
        HttpResponse<String> answer = ask("POST", "/restart" + what);
        if (answer.statusCode() / 100 != 2) {
            throw new IOException("restart was answered by " + answer.statusCode() + " " + answer.body());
        }
    }

    private HttpResponse<String> ask(String method, String path) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(pipeline.stack().connectUrl() + "/connectors/" + pipeline.name() + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .timeout(ANSWER_LIMIT)
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
