package io.tally.chaos;

import io.tally.testkit.TestPipeline;
import io.tally.testkit.TopicAdmin;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The hand that meets the database, the broker and Connect. Used by one thread, except where a method says otherwise. */
final class ServiceFaults implements AutoCloseable {

    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(10);
    private static final long LONGEST_ABSENCE_MS = 4_000;
    /** The engine looks at the replica identity every five seconds. */
    private static final long LONGEST_OTHER_IDENTITY_MS = 8_000;
    /** So often among the faults the results are saved, to be restored by a later one. */
    private static final int ONE_SAVED_IN = 3;

    private static final List<String> VIEWS = List.of("large_orders", "order_agg", "totals");

    private static final String SAVE = "BEGIN ISOLATION LEVEL REPEATABLE READ;"
            + each("DROP TABLE IF EXISTS saved_%1$s; CREATE TABLE saved_%1$s AS TABLE %1$s;")
            + "DROP TABLE IF EXISTS saved_view, saved_checkpoint; CREATE TABLE saved_view AS TABLE tally_view;"
            + "CREATE TABLE saved_checkpoint AS TABLE tally_view_checkpoint; COMMIT";

    /** Locks what a fill locks first, so that nobody deadlocks. What PostgreSQL works out cannot be put back. */
    private static final String RESTORE = "BEGIN;"
            + each("SELECT pg_advisory_xact_lock(hashtextextended('tally checkpoints %1$s', 0));")
            + "DELETE FROM tally_view; DELETE FROM tally_view_checkpoint;"
            + "INSERT INTO tally_view TABLE saved_view; INSERT INTO tally_view_checkpoint TABLE saved_checkpoint;"
            + each("""
                    DELETE FROM %1$s;
                    DO $$ BEGIN
                        EXECUTE (SELECT format('INSERT INTO %1$s (%%1$s) SELECT %%1$s FROM saved_%1$s',
                                               string_agg(quote_ident(attname), ', '))
                                 FROM pg_attribute
                                 WHERE attrelid = '%1$s'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = '');
                    END $$;
                    """)
            + "COMMIT";

    private static final String END_SESSIONS = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            + " WHERE datname = current_database() AND usename = 'tally'";

    private static String each(String ofAView) {
        return VIEWS.stream().map(ofAView::formatted).collect(Collectors.joining());
    }

    private final TestPipeline pipeline;
    private final SplittableRandom random;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(ANSWER_LIMIT).build();
    private final TopicAdmin topics;
    private final Set<String> badRecords = new HashSet<>();
    private boolean saved;
    private volatile long phase;

    ServiceFaults(TestPipeline pipeline, SplittableRandom random) {
        this.pipeline = pipeline;
        this.random = random;
        this.topics = new TopicAdmin(pipeline);
    }

    /** Lets the next restore go back to a later moment than now. */
    void forgetSaved() {
        saved = false;
    }

    /** Where records are that have to be dead letters: partition and offset. */
    Set<String> badRecords() {
        return badRecords;
    }

    /** Moves when something begins to be away and when it is back; odd in between. May be read by any thread. */
    long phase() {
        return phase;
    }

    /** Strikes, and returns when the service is back. */
    void strike(Fault fault) throws Missed {
        phase++;
        try {
            if (!saved || random.nextInt(ONE_SAVED_IN) == 0) {
                pipeline.results().execute(SAVE);
                saved = true;
            }
            switch (fault) {
                case POSTGRES_STOPPED -> away("stop", "postgres");
                case POSTGRES_KILLED -> away("kill", "postgres");
                case RESULTS_STOPPED -> away("stop", "results");
                case RESULTS_KILLED -> away("kill", "results");
                case BROKER_STOPPED -> away("stop", "broker");
                case BROKER_KILLED -> away("kill", "broker");
                case CONNECT_KILLED -> away("kill", "connect");
                case CONNECTOR_RESTARTED -> restartConnector("?includeTasks=true");
                case SESSIONS_ENDED -> {
                    pipeline.results().query(END_SESSIONS);
                    pipeline.source().query(END_SESSIONS);
                }
                case REPLICA_IDENTITY_CHANGED -> {
                    pipeline.execute("ALTER TABLE orders REPLICA IDENTITY DEFAULT");
                    pass(LONGEST_OTHER_IDENTITY_MS);
                    pipeline.execute("ALTER TABLE orders REPLICA IDENTITY FULL");
                }
                case DEAD_LETTERS_REFUSED -> refuseDeadLetters();
                case RESULTS_RESTORED -> {
                    pass(LONGEST_ABSENCE_MS);
                    pipeline.results().execute(RESTORE);
                }
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
        pass(LONGEST_ABSENCE_MS);
        pipeline.stack().command("start " + service);
    }

    private void pass(long longestMs) {
        EngineFaults.pass(Duration.ofMillis(random.nextLong(longestMs)));
    }

    private void refuseDeadLetters() {
        topics.allowWithDeadLetters(Engines.USER, AclOperation.DESCRIBE);
        topics.configureDeadLetterTopic("max.message.bytes", "90");
        try {
            sendBadRecords();
            pass(LONGEST_ABSENCE_MS);
        } finally {
            topics.configureDeadLetterTopic("max.message.bytes", "1048588");
            topics.allowEverything();
        }
    }

    /** One to each partition, so that all engines meet some. */
    private void sendBadRecords() {
        Map<String, Object> config =
                Map.of("bootstrap.servers", pipeline.stack().bootstrapServers());
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int partition = 0; partition < TestPipeline.PARTITIONS; partition++) {
                RecordMetadata taken = producer.send(new ProducerRecord<>(
                                pipeline.topic(), partition, null, "no JSON".getBytes(StandardCharsets.UTF_8)))
                        .get();
                badRecords.add(taken.partition() + "-" + taken.offset());
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("a bad record was not taken", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
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
        topics.close();
        http.close();
    }
}
