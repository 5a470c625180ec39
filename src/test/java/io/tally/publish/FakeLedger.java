package io.tally.publish;

import io.tally.view.DefaultView;
import io.tally.view.View;
import io.tally.window.Batch;
import io.tally.window.Checkpoint;
import io.tally.window.DataLoss;
import io.tally.window.FillId;
import io.tally.window.Groups;
import io.tally.window.TestCheckpoints;
import io.tally.window.WindowDeltas;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A ledger in memory with the semantics of the one in PostgreSQL, and faults on demand. */
class FakeLedger implements Ledger {

    /** What happens to the next batch. */
    enum Fault {
        /** The connection breaks before the server commits. */
        LOST_BEFORE_COMMIT,
        /** The server commits, but its answer does not arrive. */
        LOST_AFTER_COMMIT,
        /** Nobody answers, because asking fails. */
        THROWN,
        /** The server does not take the rows. */
        REFUSED
    }

    /** A row of the result table. */
    record Total(long orderCount, BigInteger amountUnits) {
        Total plus(Total other) {
            return new Total(orderCount + other.orderCount, amountUnits.add(other.amountUnits));
        }

        boolean isEmpty() {
            return orderCount == 0 && amountUnits.signum() == 0;
        }
    }

    final Map<Long, Map<Integer, Total>> table = new TreeMap<>();
    final Map<Integer, Checkpoint> checkpoints = new HashMap<>();
    final Deque<Fault> faults = new ArrayDeque<>();
    final List<Fill> fills = new ArrayList<>();
    Pipeline pipeline;
    Misfit misfit;
    boolean sourceApart = true;
    boolean captured = true;
    boolean holdsForeignRows;
    boolean unreachable;
    /** Whether the source alone is. */
    boolean sourceAway;
    /** What a fill says of itself. */
    long rowsRead;

    /** Why the last step of a fill fails, or null. */
    RuntimeException replaceFails;

    boolean filledByAnother;
    /** What was done of fills. */
    final List<String> steps = new ArrayList<>();
    /** Runs while the source is read, before the answer. */
    Runnable whileReading = () -> {};
    /** Runs before the source is asked for the connector. */
    Runnable beforeCaptured = () -> {};
    /** Id of a transaction that does not end, or 0. */
    long running;

    long nextTransaction = 700;
    long nextLsn = 1_000;
    /** What other views know that are continued from the same topic. */
    final List<SourceState> others = new ArrayList<>();
    /** What a look at the source finds. */
    Look look = TestLooks.full(1);
    /** Runs after the look and before its answer. */
    Runnable whileLooking = () -> {};
    /** How often something was kept of it. */
    int remembered;

    /** By the clock of the results' server. */
    long nowMs;

    @Override
    public CompletionStage<Optional<Misfit>> prepare() {
        return answer(Optional.ofNullable(misfit));
    }

    @Override
    public CompletionStage<Optional<Pipeline>> pipeline() {
        return answer(Optional.ofNullable(pipeline)
                .map(found -> new Pipeline(
                        found.settings(),
                        found.topicId(),
                        found.fillId(),
                        found.lost(),
                        new FillTimes(found.fillTimes().atMs(), nowMs),
                        found.source(),
                        sourceAway ? null : look.system())));
    }

    @Override
    public boolean isSourceApart() {
        return sourceApart;
    }

    @Override
    public CompletionStage<Boolean> isCaptured() {
        beforeCaptured.run();
        return sourceAway ? away() : answer(captured);
    }

    @Override
    public CompletionStage<List<SourceState>> sources(String topicId) {
        List<SourceState> states = new ArrayList<>(others);
        Optional.ofNullable(pipeline)
                .filter(found -> found.topicId().equals(topicId))
                .flatMap(Pipeline::source)
                .ifPresent(states::add);
        return answer(states);
    }

    @Override
    public CompletionStage<Transactions> transactions() {
        if (sourceAway) {
            return away();
        }
        long next = nextTransaction++;
        return answer(new Transactions(next, running == 0 ? next : running, look.system()));
    }

    @Override
    public CompletionStage<Begun> beginFill(Fill fill) {
        if (filledByAnother) {
            return answer(Begun.not(FillOutcome.UNDER_WAY));
        }
        if (!Optional.ofNullable(pipeline).map(Pipeline::fillId).equals(fill.supersedes())) {
            return answer(Begun.not(FillOutcome.SUPERSEDED));
        }
        if (fill.reason().isEmpty() && holdsForeignRows) {
            return answer(Begun.not(FillOutcome.HOLDS_FOREIGN_ROWS));
        }
        checkpoints.replaceAll((partition, checkpoint) -> TestCheckpoints.withOwner(checkpoint, null));
        steps.add("begin");
        return answer(new Begun(FillOutcome.DONE, new Filling() {
            @Override
            public CompletionStage<FillOutcome> read() {
                steps.add("read");
                whileReading.run();
                return fill.system()
                                .filter(system -> !system.equals(look.system()))
                                .isPresent()
                        ? answer(FillOutcome.SUPERSEDED)
                        : answer(FillOutcome.DONE);
            }

            @Override
            public long rows() {
                return rowsRead;
            }

            @Override
            public CompletionStage<FillOutcome> replace() {
                steps.add("replace");
                if (replaceFails != null) {
                    return CompletableFuture.failedStage(replaceFails);
                }
                return FakeLedger.this.replace(fill);
            }

            @Override
            public void close() {
                steps.add("close");
            }
        }));
    }

    /** All steps of a fill. */
    void fill(Fill fill) {
        beginFill(fill).toCompletableFuture().join().filling().replace();
    }

    private CompletionStage<FillOutcome> replace(Fill fill) {
        fills.add(fill);
        table.clear();
        checkpoints.clear();
        Map<String, Long> filledAtMs =
                new HashMap<>(pipeline == null ? Map.of() : pipeline.fillTimes().atMs());
        filledAtMs.put(fill.reason().map(DataLoss.Reason::code).orElse(FillState.FIRST_START), nowMs);
        pipeline = new Pipeline(
                fill.settings(),
                fill.topicId(),
                new FillId(UUID.randomUUID(), nextLsn++),
                Optional.empty(),
                new FillTimes(filledAtMs, nowMs),
                Optional.of(SourceState.filled(look, true, fill.logStarts())),
                look.system());
        fill.startOffsets().forEach((partition, offset) -> checkpoints.put(partition, fresh(partition, offset)));
        return answer(FillOutcome.DONE);
    }

    @Override
    public CompletionStage<Seen> look() {
        Seen seen = new Seen(look, captured, Optional.ofNullable(pipeline));
        whileLooking.run();
        return sourceAway ? away() : answer(seen);
    }

    private static <T> CompletionStage<T> away() {
        return CompletableFuture.failedStage(new SourceAwayException("connection refused"));
    }

    @Override
    public CompletionStage<Boolean> remember(FillId fillId, SourceState before, SourceState next) {
        boolean kept = pipeline.fillId().equals(fillId) && pipeline.source().equals(Optional.ofNullable(before));
        if (kept && !unreachable) {
            remembered++;
            pipeline = pipeline.knowing(next);
        }
        return answer(kept);
    }

    @Override
    public CompletionStage<Void> stop(DataLoss lost) {
        if (!unreachable && pipeline.fillId().isSameAs(lost.fillId())) {
            pipeline = pipeline.stopped(lost);
        }
        return answer(null);
    }

    @Override
    public CompletionStage<List<Checkpoint>> takeOver(Set<Integer> partitions, UUID owner) {
        List<Checkpoint> owned = new ArrayList<>();
        for (Integer partition : partitions) {
            Checkpoint found = checkpoints.computeIfAbsent(partition, added -> fresh(added, 0));
            Checkpoint mine = TestCheckpoints.withOwner(found, owner);
            checkpoints.put(partition, mine);
            owned.add(mine);
        }
        return answer(owned);
    }

    @Override
    public CompletionStage<Boolean> publish(List<Batch> batches) {
        Fault fault = faults.poll();
        if (unreachable || fault == Fault.LOST_BEFORE_COMMIT) {
            return CompletableFuture.failedStage(new IllegalStateException("connection lost"));
        }
        if (fault == Fault.THROWN) {
            throw new IllegalStateException("no memory");
        }
        if (fault == Fault.REFUSED) {
            return CompletableFuture.failedStage(new RefusedException("division by zero"));
        }
        boolean isIn = batches.stream().allMatch(batch -> {
            Checkpoint found = checkpoints.get(batch.partition());
            return found != null && batch.owner().equals(found.owner()) && batch.expectedSequence() == found.sequence();
        });
        if (isIn) {
            for (Batch batch : batches) {
                checkpoints.put(batch.partition(), batch.next());
                batch.deltas().forEach(this::add);
            }
        }
        if (fault == Fault.LOST_AFTER_COMMIT) {
            return CompletableFuture.failedStage(new IllegalStateException("connection lost"));
        }
        return answer(isIn);
    }

    @Override
    public CompletionStage<Map<Integer, Mark>> marks(Set<Integer> partitions) {
        Map<Integer, Mark> marks = new HashMap<>();
        for (Integer partition : partitions) {
            Checkpoint found = checkpoints.get(partition);
            if (found != null) {
                marks.put(partition, new Mark(found.owner(), found.sequence()));
            }
        }
        return answer(marks);
    }

    /** The total of a customer in a window, or null. */
    Total total(long windowStartMs, int customerId) {
        return table.getOrDefault(windowStartMs, Map.of()).get(customerId);
    }

    private void add(WindowDeltas window) {
        Map<Integer, Total> rows = table.computeIfAbsent(window.startMs(), start -> new HashMap<>());
        Groups groups = window.groups();
        groups.forEach(slot -> rows.merge(
                ((Long) groups.key(slot, DefaultView.CUSTOMER)).intValue(),
                new Total(
                        groups.units(slot, View.ROWS),
                        groups.sum(slot, DefaultView.SALES).unscaledValue()),
                Total::plus));
        rows.values().removeIf(Total::isEmpty);
    }

    private <T> CompletionStage<T> answer(T value) {
        return unreachable
                ? CompletableFuture.failedStage(new IllegalStateException("connection refused"))
                : CompletableFuture.completedStage(value);
    }

    private Checkpoint fresh(int partition, long offset) {
        return TestCheckpoints.fresh(partition, null, offset, null, pipeline.fillId());
    }
}
