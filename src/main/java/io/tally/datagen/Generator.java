package io.tally.datagen;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.sqlclient.Pool;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadLocalRandom;
import org.jboss.logging.Logger;

/** Lets things happen at the wanted rate, in batches of a tenth of a second. */
@ApplicationScoped
class Generator {

    private static final Logger LOG = Logger.getLogger(Generator.class);

    private static final Duration BEAT = Duration.ofMillis(100);
    private static final Duration RETRY = Duration.ofSeconds(2);
    private static final int LARGEST_BATCH = 10_000;
    private static final Duration REPORT_INTERVAL = Duration.ofMinutes(1);

    private final DatagenConfig config;
    private final Pool pool;

    private volatile Thread thread;

    Generator(DatagenConfig config, Pool pool) {
        this.config = config;
        this.pool = pool;
    }

    void start(@Observes StartupEvent event) {
        if (config.enabled()) {
            check("per-minute", config.perMinute(), config.perMinute() > 0, "more than zero");
            check("customers", config.customers(), config.customers() > 0, "more than zero");
            double shares = config.updates() + config.cancellations();
            boolean possible = config.updates() >= 0 && config.cancellations() >= 0 && shares <= 1;
            check("updates and cancellations together", shares, possible, "between 0 and 1");
            check("late", config.late(), config.late() >= 0 && config.late() <= 1, "between 0 and 1");
            check("lateness", config.lateness(), !config.lateness().isNegative(), "zero or more");
            thread = Thread.ofPlatform().name("tally-datagen").start(this::run);
        }
    }

    void stop(@Observes ShutdownEvent event) {
        if (thread != null) {
            thread.interrupt();
        }
    }

    private void run() {
        long seed = config.seed().orElseGet(() -> ThreadLocalRandom.current().nextLong());
        LOG.infof("about %d a minute for %d customers, seed %d", config.perMinute(), config.customers(), seed);
        OrderScript script = new OrderScript(
                seed,
                config.customers(),
                config.updates(),
                config.cancellations(),
                config.late(),
                config.lateness().toMillis());
        String idPrefix = Long.toString(System.currentTimeMillis(), Character.MAX_RADIX) + "-";
        try {
            write(script, new OrderWriter(pool, idPrefix), config.limit().orElse(Long.MAX_VALUE));
            Quarkus.asyncExit();
        } catch (InterruptedException e) {
            LOG.debug("stopped");
        }
    }

    private void write(OrderScript script, OrderWriter writer, long limit) throws InterruptedException {
        long written = 0;
        double due = 1;
        long lastBeat = System.nanoTime();
        long nextReport = lastBeat + REPORT_INTERVAL.toNanos();
        while (written < limit) {
            int batch = (int) Math.min(Math.min((long) due, LARGEST_BATCH), limit - written);
            if (batch > 0) {
                List<OrderEvent> events = new ArrayList<>(batch);
                for (int i = 0; i < batch; i++) {
                    events.add(script.next());
                }
                if (!writeUntilTaken(writer, events)) {
                    // Time without a database is not made up for.
                    lastBeat = System.nanoTime();
                    due = batch;
                }
                written += batch;
                due -= batch;
            }
            long now = System.nanoTime();
            if (now >= nextReport) {
                LOG.infof("%d written", written);
                nextReport = now + REPORT_INTERVAL.toNanos();
            }
            if (due < 1) {
                Thread.sleep(BEAT);
            }
            now = System.nanoTime();
            due += (now - lastBeat) * (config.perMinute() / 60e9);
            lastBeat = now;
        }
        LOG.infof("%d written, that was the limit", written);
    }

    /** Returns whether it went well at once. */
    private boolean writeUntilTaken(OrderWriter writer, List<OrderEvent> events) throws InterruptedException {
        boolean first = true;
        while (true) {
            try {
                writer.write(events, Instant.now())
                        .toCompletionStage()
                        .toCompletableFuture()
                        .join();
                return first;
            } catch (CompletionException e) {
                if (first) {
                    LOG.warnf("orders not written, trying again every %s: %s", RETRY, e.getCause());
                }
                first = false;
                Thread.sleep(RETRY);
            }
        }
    }

    private static void check(String key, Object value, boolean fine, String wanted) {
        if (!fine) {
            throw new IllegalArgumentException(
                    "tally.datagen." + key + "=" + value + " is not possible, expected " + wanted);
        }
    }
}
