package io.tally.chaos;

import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.FaultyProxy;
import io.tally.testkit.HeldRows;
import io.tally.testkit.TestPipeline;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** The hand that meets engines and their network. */
final class EngineFaults {

    private static final Duration LONGEST_OUTAGE = TestPipeline.SESSION_TIMEOUT.multipliedBy(2);
    /** Enough for partitions of a frozen engine to be taken over. */
    private static final Duration TAKEOVER = TestPipeline.SESSION_TIMEOUT.plusSeconds(3);

    private static final Duration LONGEST_DELAY = Duration.ofMillis(500);
    /** Batches come every second. If none comes in this time, another fault is in the way. */
    private static final Duration PATIENCE = Duration.ofSeconds(8);

    private final TestPipeline pipeline;
    private final Engines engines;
    private final ServiceFaults services;
    private final Score score;
    private final SplittableRandom random;

    EngineFaults(TestPipeline pipeline, Engines engines, ServiceFaults services, Score score, SplittableRandom random) {
        this.pipeline = pipeline;
        this.engines = engines;
        this.services = services;
        this.score = score;
        this.random = random;
    }

    /** Strikes, and returns when the fault is over. */
    void strike(Fault fault) throws Missed {
        switch (fault) {
            case ENGINE_KILLED -> {
                EngineProcess engine = any();
                engine.kill();
                replace(engine);
            }
            case ENGINE_KILLED_IN_TRANSACTION -> replace(inTransaction(EngineProcess::kill));
            case ENGINE_KILLED_BEFORE_ANSWER -> killBeforeAnswer();
            case ENGINE_FROZEN -> {
                EngineProcess engine = any();
                engine.pause();
                pass(upTo(LONGEST_OUTAGE));
                engine.resume();
            }
            case ENGINE_FROZEN_IN_TRANSACTION -> {
                EngineProcess engine = inTransaction(EngineProcess::pause);
                pass(TAKEOVER);
                engine.resume();
            }
            case PUBLICATION_LATE -> publishLate();
            case ANSWER_LOST -> loseAnswer();
            case ENGINE_ADDED_OR_STOPPED -> engines.toggleSecond();
            case DATABASE_CUT -> cut(engines.database());
            case DATABASE_SLOW -> slow(engines.database());
            case DATABASE_RESET -> engines.database().reset();
            case SOURCE_CUT -> cut(engines.source());
            case SOURCE_SLOW -> slow(engines.source());
            case SOURCE_RESET -> engines.source().reset();
            case BROKER_CUT -> cut(engines.broker());
            case BROKER_SLOW -> slow(engines.broker());
            case BROKER_RESET -> engines.broker().reset();
            default -> throw new IllegalArgumentException(fault.name());
        }
    }

    private EngineProcess any() {
        List<EngineProcess> all = engines.all();
        return all.get(random.nextInt(all.size()));
    }

    private Duration upTo(Duration longest) {
        return Duration.ofMillis(1 + random.nextLong(longest.toMillis()));
    }

    private void replace(EngineProcess killed) {
        long phase = services.phase();
        boolean serviceIsAway = phase % 2 == 1;
        Duration time = engines.replace(killed);
        score.recovered(time, serviceIsAway || services.phase() != phase);
    }

    private interface Blow {
        void meet(EngineProcess engine);
    }

    /** Lets something happen to an engine that waits in its transaction. */
    private EngineProcess inTransaction(Blow blow) throws Missed {
        try (HeldRows rows = new HeldRows(pipeline)) {
            EngineProcess engine = engines.named(rows.awaitBlocked(PATIENCE));
            blow.meet(engine);
            return engine;
        } catch (SQLException | IllegalStateException | AssertionError e) {
            throw new Missed(e);
        }
    }

    private void killBeforeAnswer() throws Missed {
        try {
            awaitCommitWithoutAnswer();
            engines.first().kill();
        } finally {
            engines.database().answers().release();
        }
        replace(engines.first());
    }

    private void loseAnswer() throws Missed {
        try {
            awaitCommitWithoutAnswer();
            engines.database().reset();
        } finally {
            engines.database().answers().release();
        }
    }

    /** Holds the database's answers to the first engine until a checkpoint of it has moved. */
    private void awaitCommitWithoutAnswer() throws Missed {
        try {
            int partition = engines.first()
                    .status()
                    .path("partitions")
                    .path(0)
                    .path("partition")
                    .asInt(-1);
            engines.database().answers().hold();
            String sequence = "SELECT sequence FROM tally_view_checkpoint WHERE partition = " + partition;
            String before = pipeline.results().query(sequence);
            Await.until(
                    "a batch",
                    PATIENCE,
                    () -> !pipeline.results().query(sequence).equals(before));
        } catch (IOException | IllegalStateException | AssertionError e) {
            throw new Missed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Missed(e);
        }
    }

    private void publishLate() throws Missed {
        EngineProcess engine = engines.first();
        try {
            engines.database().requests().holdFrom(EngineProcess.PUBLICATION);
            Await.until("a batch", PATIENCE, engines.database().requests()::isHeld);
            engine.pause();
            pass(TAKEOVER);
        } catch (AssertionError e) {
            throw new Missed(e);
        } finally {
            engines.database().requests().release();
            engine.resume();
        }
    }

    private void cut(FaultyProxy way) {
        way.cut();
        pass(upTo(LONGEST_OUTAGE));
        way.heal();
    }

    private void slow(FaultyProxy way) {
        way.slow(upTo(LONGEST_DELAY));
        pass(upTo(LONGEST_OUTAGE));
        way.heal();
    }

    /** Lets a fault last. */
    static void pass(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
