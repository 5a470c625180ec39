package io.tally.publish;

import io.tally.cdc.RowChange;
import io.tally.window.Checkpoint;
import io.tally.window.Checkpoints;
import io.tally.window.DataLoss;
import io.tally.window.Doubts;
import io.tally.window.FillId;
import io.tally.window.OffsetRange;
import io.tally.window.TakeoverException;
import io.tally.window.TakeoverException.Kind;
import io.tally.window.Topic;
import io.tally.window.TopicFacts;
import io.tally.window.Waiting;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Decides how an engine comes to own partitions: whether the results can be continued from their checkpoints, have to be
 * filled from the source first, or must be left alone. Takeovers of one engine run one after another.
 */
public final class Takeover implements Checkpoints {

    private static final Logger LOG = Logger.getLogger(Takeover.class);

    /** The pause after a fill that failed grows up to so many times what it took. */
    private static final int MOST_FILL_PAUSES = 10;

    private static final Duration LONGEST_FILL_PAUSE = Duration.ofHours(1);

    /** The value of a setting that is only stored where it is not the usual one. */
    private static final String DEFAULT = "its default";

    private final Ledger ledger;
    private final PublishSettings settings;
    /** Its name, for people. */
    private final String view;

    private final Consumer<Doubts> doubts;
    private final InstantSource clock;
    private final Executor executor;

    private CompletionStage<?> last = CompletableFuture.completedFuture(null);
    /** Where the source's log went back: the first records after it, by partition. Kept with the results by each fill. */
    private final Map<Integer, Long> logStarts = new HashMap<>();

    private String logStartsOf;

    private Pending pending;
    /** The last fill, if it failed. */
    private FailedFill failed;

    private boolean rebuildAsked;
    /** Results that another engine was replacing when a rebuild was to begin here; null if none were. */
    private Optional<FillId> replacedByAnother;

    private volatile FillState state = FillState.NONE;
    private volatile Supplier<FillState.UnderWay> underWay = () -> null;

    /**
     * A fill that did not come to its end, and most often will not the next time either. The source was read for it, so a pause
     * follows: as long as it took, and longer each time.
     *
     * @param why one line for an operator
     */
    private record FailedFill(String why, long pauseMs, long untilMs) {

        /** @param before the one before it, or null */
        static FailedFill of(Throwable failure, FailedFill before, long tookMs, long nowMs) {
            long pauseMs = Math.min(
                    before == null ? tookMs : Math.max(tookMs, 2 * before.pauseMs),
                    Math.min(MOST_FILL_PAUSES * tookMs, LONGEST_FILL_PAUSE.toMillis()));
            return new FailedFill(Failures.describe(failure), pauseMs, nowMs + pauseMs);
        }
    }

    /**
     * A fill that waits for transactions to end.
     *
     * @param topicId what it was about to go on with
     * @param system where the transactions are
     * @param reason why it is to be done
     * @param restarts where to go on reading each partition once they have ended
     * @param logStarts below them, nothing is read again
     * @param mustEnd whether all have to: not all that lies below was read, and seen to have ended, by an earlier filling
     * @param transaction every record before that is of one with a lower id
     */
    private record Pending(
            String topicId,
            Optional<String> system,
            Optional<DataLoss.Reason> reason,
            Map<Integer, Long> restarts,
            Map<Integer, Long> logStarts,
            boolean mustEnd,
            long transaction,
            long sinceMs) {

        boolean isAbout(
                TopicFacts facts,
                Optional<String> systemNow,
                Optional<DataLoss.Reason> other,
                Map<Integer, Long> logStartsNow) {
            return topicId.equals(facts.topicId())
                    && system.equals(systemNow)
                    && reason.equals(other)
                    && logStarts.equals(logStartsNow);
        }
    }

    /**
     * @param doubts told, before partitions are handed over, what is known of the rows before their changes
     * @param executor runs one task at a time
     */
    public Takeover(
            Ledger ledger, PublishSettings settings, Consumer<Doubts> doubts, InstantSource clock, Executor executor) {
        this.ledger = ledger;
        this.settings = settings;
        this.view = settings.view().name();
        this.doubts = doubts;
        this.clock = clock;
        this.executor = executor;
        this.rebuildAsked = settings.rebuild();
    }

    /** How often and why the results were filled by this engine; safe to read from any thread. */
    public FillState state() {
        return state;
    }

    /** The fill that this engine is at, if any; safe to call from any thread. */
    public Optional<FillState.UnderWay> underWay() {
        return Optional.ofNullable(underWay.get());
    }

    @Override
    public CompletionStage<List<Checkpoint>> takeOver(
            Set<Integer> partitions, IntPredicate isWanted, Topic topic, DataLoss lost) {
        CompletableFuture<List<Checkpoint>> result = new CompletableFuture<>();
        executor.execute(() -> {
            CompletionStage<List<Checkpoint>> mine = last.handleAsync(
                            (ignored, earlierFailure) -> new Attempt(partitions, isWanted, topic, lost).decide(),
                            executor)
                    .thenCompose(stage -> stage);
            last = mine;
            mine.whenComplete((checkpoints, failure) -> {
                if (failure == null) {
                    result.complete(checkpoints);
                } else {
                    result.completeExceptionally(failure);
                }
            });
        });
        return result;
    }

    /** One takeover: every method is a step that leads to the next. */
    private final class Attempt {

        private Set<Integer> partitions;
        private final IntPredicate isWanted;
        private final Topic topic;
        /** Data loss that the reader found, or null if it found none or the results were filled since. */
        private DataLoss lost;

        private Optional<Ledger.Pipeline> pipeline = Optional.empty();
        /** The source's when its transactions were asked for. */
        private Optional<String> systemNow = Optional.empty();

        Attempt(Set<Integer> partitions, IntPredicate isWanted, Topic topic, DataLoss lost) {
            this.partitions = partitions;
            this.isWanted = isWanted;
            this.topic = topic;
            this.lost = lost;
        }

        CompletionStage<List<Checkpoint>> decide() {
            return ledger.prepare()
                    .thenComposeAsync(misfit -> misfit.isPresent() ? giveUp(misfit.get()) : look(), executor);
        }

        private CompletionStage<List<Checkpoint>> giveUp(Ledger.Misfit misfit) {
            return misfit.waits() ? notYet(misfit.message()) : refuse(misfit.message());
        }

        private CompletionStage<List<Checkpoint>> look() {
            return ledger.pipeline()
                    .thenComposeAsync(
                            found -> {
                                pipeline = found;
                                return topic.facts();
                            },
                            executor)
                    .thenComposeAsync(this::proceed, executor);
        }

        private CompletionStage<List<Checkpoint>> proceed(TopicFacts facts) {
            if (replacedByAnother != null && !replacedByAnother.equals(fillId())) {
                rebuildAsked = false;
            }
            if (rebuildAsked && pipeline.filter(this::isRebuilt).isPresent()) {
                rebuildAsked = false;
            }
            if (rebuildAsked) {
                Optional<String> impossible = pipeline.flatMap(results -> historyOfOtherKind(results.settings()));
                if (impossible.isPresent()) {
                    return refuse(impossible.get());
                }
                return fill(Optional.of(DataLoss.Reason.REQUESTED), "asked for by tally.rebuild", facts);
            }
            if (pipeline.isEmpty()) {
                return fill(Optional.empty(), "first start", facts);
            }
            Ledger.Pipeline results = pipeline.get();
            Optional<String> changed = changedSetting(results.settings());
            if (changed.isPresent()) {
                return refuse(changed.get());
            }
            if (!results.topicId().equals(facts.topicId())) {
                String what = "the topic was deleted and made again, topic=" + facts.topic() + " id=" + facts.topicId()
                        + " expected=" + results.topicId();
                return loseData(new DataLoss(DataLoss.Reason.TOPIC_RECREATED, what, results.fillId()), facts);
            }
            Optional<DataLoss> loss = knownLoss(results);
            return loss.isPresent() ? loseData(loss.get(), facts) : own(results);
        }

        /** Whether they were filled for the word that is asked for now. */
        private boolean isRebuilt(Ledger.Pipeline results) {
            String word = settings.rowSettings().get(PublishSettings.REBUILD);
            return word != null && word.equals(results.settings().get(PublishSettings.REBUILD));
        }

        /** Why these results are worthless, as far as somebody has found that out before. */
        private Optional<DataLoss> knownLoss(Ledger.Pipeline results) {
            return Optional.ofNullable(lost)
                    .filter(found -> found.fillId().isSameAs(results.fillId()))
                    .or(results::lost)
                    .or(() -> otherSystem(results));
        }

        private static Optional<DataLoss> otherSystem(Ledger.Pipeline results) {
            return results.isOfOtherSystem()
                    ? Optional.of(new DataLoss(
                            DataLoss.Reason.OTHER_SYSTEM,
                            LookRules.otherSystem(results.source().get().look().system(), results.system()),
                            results.fillId()))
                    : Optional.empty();
        }

        private CompletionStage<List<Checkpoint>> own(Ledger.Pipeline results) {
            pending = null;
            partitions = partitions.stream().filter(isWanted::test).collect(Collectors.toUnmodifiableSet());
            if (partitions.isEmpty()) {
                return notYet("partitions were taken away before they were taken over");
            }
            failed = null;
            return ledger.takeOver(partitions, UUID.randomUUID())
                    // Asked again: until now the former owner may have read on.
                    .thenComposeAsync(
                            checkpoints -> topic.facts()
                                    .thenComposeAsync(facts -> compare(checkpoints, results, facts), executor),
                            executor);
        }

        private CompletionStage<List<Checkpoint>> compare(
                List<Checkpoint> checkpoints, Ledger.Pipeline results, TopicFacts facts) {
            boolean ofOtherResults = checkpoints.stream()
                    .anyMatch(checkpoint ->
                            !isGone(checkpoint) && !checkpoint.fillId().isSameAs(results.fillId()));
            if (ofOtherResults || checkpoints.size() != partitions.size()) {
                return notYet(view + " is being filled, or was while partitions were taken over");
            }
            for (Checkpoint checkpoint : checkpoints) {
                Optional<DataLoss> gone =
                        outside(checkpoint, results, facts.partitions().get(checkpoint.partition()));
                if (gone.isPresent()) {
                    return ifStillOwned(checkpoint, () -> loseData(gone.get(), facts));
                }
            }
            results.source()
                    .ifPresent(source -> doubts.accept(
                            new Doubts(results.fillId(), source.look().lsn(), source.doubts())));
            return CompletableFuture.completedStage(checkpoints);
        }

        /** The topic was asked later: by then another owner may have moved on, and the log have lost what nobody needs. */
        private CompletionStage<List<Checkpoint>> ifStillOwned(
                Checkpoint checkpoint, Supplier<CompletionStage<List<Checkpoint>>> then) {
            int partition = checkpoint.partition();
            return ledger.marks(Set.of(partition))
                    .thenComposeAsync(
                            marks -> {
                                Ledger.Mark mark = marks.get(partition);
                                return mark != null && checkpoint.owner().equals(mark.owner())
                                        ? then.get()
                                        : notYet("another engine has taken partition " + partition + " of " + view
                                                + " over");
                            },
                            executor);
        }

        private CompletionStage<List<Checkpoint>> loseData(DataLoss loss, TopicFacts facts) {
            return settings.stopOnDataLoss() || loss.needsOperator()
                    ? stop(loss)
                    : fill(Optional.of(loss.reason()), loss.explanation(), facts);
        }

        /** Not all reasons show for ever, so it is written down first. */
        private CompletionStage<List<Checkpoint>> stop(DataLoss loss) {
            String consequence = loss.needsOperator()
                    ? ". Partitions are left alone; once the connector does, start once with tally.rebuild=true"
                    : ": " + view + " can no longer be kept exact. tally.on-data-loss=stop, so partitions " + partitions
                            + " are left alone; start once with tally.rebuild=true to fill it again";
            return ledger.stop(loss)
                    .thenCompose(done -> CompletableFuture.failedStage(
                            new TakeoverException(Kind.STOP, loss.explanation() + consequence)));
        }

        private CompletionStage<List<Checkpoint>> fill(Optional<DataLoss.Reason> reason, String why, TopicFacts facts) {
            CompletionStage<Boolean> sourceIsThere = facts.hasRecords() && isKnownSource(reason)
                    ? CompletableFuture.completedStage(true)
                    : ledger.isCaptured();
            return sourceIsThere.thenComposeAsync(
                    there -> there ? fillWhenSeen(reason, why, facts) : notYet(withoutConnector(facts)), executor);
        }

        /**
         * Whether the source is the one that the results were filled from, or are to be in. Else it may be one that the topic is
         * not of.
         */
        private boolean isKnownSource(Optional<DataLoss.Reason> reason) {
            return pipeline.map(Ledger.Pipeline::isOfThisSystem).orElse(!ledger.isSourceApart())
                    && !reason.equals(Optional.of(DataLoss.Reason.LSN_WENT_BACK));
        }

        private String withoutConnector(TopicFacts facts) {
            String slot = "replication slot " + settings.slot() + " is not in use";
            return facts.hasRecords()
                    ? "filling " + view + " waits: " + slot
                            + " in the source's database. Either that is not the one that"
                            + " topic " + facts.topic()
                            + " is of (SOURCE_POSTGRES_HOST, or POSTGRES_HOST), or the connector"
                            + " does not run there, or tally.source.slot names another one"
                    : "nothing in topic " + facts.topic() + " yet, and " + slot
                            + ": waiting for the connector, which debezium/register_connector.sh registers";
        }

        /**
         * A change can be in the topic before snapshots see it: for a moment, or for as long as its commit waits for a
         * synchronous standby. So the transactions have to end of which there may be changes in what is not read again.
         */
        private CompletionStage<List<Checkpoint>> fillWhenSeen(
                Optional<DataLoss.Reason> reason, String why, TopicFacts facts) {
            return ledger.sources(facts.topicId())
                    .thenCompose(sources -> ledger.transactions()
                            .thenComposeAsync(
                                    transactions -> {
                                        systemNow = Optional.ofNullable(transactions.system());
                                        // The source may have been away when the results were looked at.
                                        pipeline = pipeline.map(results ->
                                                results.system() == null ? results.on(transactions.system()) : results);
                                        Optional<DataLoss> back =
                                                whereTheLogWentBack(facts, sources, transactions.system());
                                        back.filter(loss -> loss.partition() != DataLoss.NOWHERE)
                                                .ifPresent(loss ->
                                                        logStarts.merge(loss.partition(), loss.offset(), Math::max));
                                        if (pending == null || !pending.isAbout(facts, system(), reason, logStarts)) {
                                            boolean everywhere = back.isPresent()
                                                    && back.get().partition() == DataLoss.NOWHERE;
                                            pending = pending(facts, transactions, reason, everywhere);
                                        }
                                        if (transactions.oldest() >= pending.transaction()) {
                                            return fillNow(reason, why, facts, pending.restarts());
                                        }
                                        String blocked = "transaction " + transactions.oldest()
                                                + " has not ended, whose changes may"
                                                + " be in the topic and not yet to be seen in the table (pg_stat_activity.backend_xid,"
                                                + " or pg_prepared_xacts.transaction)";
                                        long patienceMs =
                                                settings.restartMargin().toMillis();
                                        if (pending.mustEnd()) {
                                            return notYet("filling " + view + " waits: " + blocked);
                                        }
                                        if (Waiting.lasts(clock.millis(), pending.sinceMs() + patienceMs, patienceMs)) {
                                            return notYet("filling " + view
                                                    + " waits, at most for tally.restart-margin: " + blocked);
                                        }
                                        LOG.warnf("the topic is read from its beginning, because %s", blocked);
                                        return fillNow(reason, why, facts, Map.of());
                                    },
                                    executor));
        }

        /** @param everywhere whether the topic holds, up to its end of now, what the source's log does not */
        private Pending pending(
                TopicFacts facts,
                Ledger.Transactions transactions,
                Optional<DataLoss.Reason> reason,
                boolean everywhere) {
            Map<Integer, Long> restarts = new HashMap<>();
            facts.partitions().forEach((partition, range) -> {
                restarts.put(partition, range.restart());
                if (everywhere) {
                    logStarts.merge(partition, range.end(), Math::max);
                }
            });
            return new Pending(
                    facts.topicId(),
                    system(),
                    reason,
                    restarts,
                    Map.copyOf(logStarts),
                    !logStarts.equals(filledLogStarts(facts)),
                    transactions.next(),
                    clock.millis());
        }

        /** @param restarts where to go on reading; a partition that is missing, from its beginning */
        private CompletionStage<List<Checkpoint>> fillNow(
                Optional<DataLoss.Reason> reason, String why, TopicFacts facts, Map<Integer, Long> restarts) {
            long startedAtMs = clock.millis();
            if (failed != null && Waiting.lasts(startedAtMs, failed.untilMs(), failed.pauseMs())) {
                return notYet("filling " + view + " has failed, and is tried again after "
                        + Duration.ofMillis(failed.pauseMs()).toSeconds() + " s: " + failed.why());
            }
            Map<Integer, Long> startOffsets = new HashMap<>();
            // Records written before the source's log went back are not to be met again. Never beyond the end: where
            // the log went back may have been found in a topic that was made again since.
            facts.partitions().forEach((partition, range) -> {
                long first = Math.max(restarts.getOrDefault(partition, 0L), logStarts.getOrDefault(partition, 0L));
                startOffsets.put(partition, Math.clamp(first, range.beginning(), range.end()));
            });
            Ledger.Fill fill = new Ledger.Fill(
                    reason,
                    system(),
                    fillId(),
                    settings.rowSettings(),
                    facts.topic(),
                    facts.topicId(),
                    startOffsets,
                    Map.copyOf(logStarts));
            return inSteps(fill, why)
                    .thenComposeAsync(
                            outcome -> {
                                if (outcome == Ledger.FillOutcome.UNDER_WAY) {
                                    replacedByAnother = fillId();
                                    return notYet("another engine is filling " + view);
                                }
                                if (outcome == Ledger.FillOutcome.HOLDS_FOREIGN_ROWS) {
                                    return refuse(
                                            view
                                                    + " holds rows, but there is no checkpoint that says where they come from. If they may be"
                                                    + " replaced, start once with tally.rebuild=true; if another program writes this table, stop it first");
                                }
                                rebuildAsked = false;
                                lost = null;
                                pending = null;
                                failed = null;
                                if (outcome == Ledger.FillOutcome.SUPERSEDED) {
                                    return look();
                                }
                                long tookMs = clock.millis() - startedAtMs;
                                LOG.infof("%s is filled, took %d ms", view, tookMs);
                                state = state.filled(reason, why, clock.millis(), tookMs);
                                return look();
                            },
                            executor);
        }

        /** One step after the other, as far as they get. */
        private CompletionStage<Ledger.FillOutcome> inSteps(Ledger.Fill fill, String why) {
            return ledger.beginFill(fill)
                    .thenComposeAsync(
                            begun -> begun.outcome() != Ledger.FillOutcome.DONE
                                    ? CompletableFuture.completedStage(begun.outcome())
                                    : readAndReplace(fill, begun.filling(), why),
                            executor);
        }

        private CompletionStage<Ledger.FillOutcome> readAndReplace(
                Ledger.Fill fill, Ledger.Filling filling, String why) {
            LOG.infof("filling %s from %s: %s", view, settings.view().sourceName(), why);
            long sinceMs = clock.millis();
            underWay = () -> new FillState.UnderWay(FillState.code(fill.reason()), why, sinceMs, filling.rows());
            return filling.read()
                    .thenComposeAsync(
                            outcome -> outcome == Ledger.FillOutcome.DONE
                                    ? filling.replace()
                                    : CompletableFuture.completedStage(outcome),
                            executor)
                    .whenComplete((outcome, failure) -> {
                        underWay = () -> null;
                        filling.close();
                        if (failure != null) {
                            // On any thread: the next takeover begins when this one has ended.
                            long nowMs = clock.millis();
                            failed = FailedFill.of(failure, failed, nowMs - sinceMs, nowMs);
                        }
                    });
        }

        /** Of the results that there were when this began to look. */
        private Optional<FillId> fillId() {
            return pipeline.map(Ledger.Pipeline::fillId);
        }

        /** The source as it was when this began to look, if that is known. */
        private Optional<String> system() {
            return pipeline.map(Ledger.Pipeline::system).or(() -> systemNow);
        }

        /** The log starts that the last fill from this topic recorded. */
        private Map<Integer, Long> filledLogStarts(TopicFacts facts) {
            return pipeline.filter(results -> results.topicId().equals(facts.topicId()))
                    .flatMap(Ledger.Pipeline::source)
                    .map(SourceState::logStarts)
                    .orElse(Map.of());
        }

        /**
         * Forgets what was noted of another topic.
         *
         * @param sources what is known beside the results that are continued from this one
         * @param systemNow null if it is a standby
         */
        private Optional<DataLoss> whereTheLogWentBack(TopicFacts facts, List<SourceState> sources, String systemNow) {
            if (!facts.topicId().equals(logStartsOf)) {
                logStarts.clear();
                logStartsOf = facts.topicId();
            }
            Optional<Ledger.Pipeline> results =
                    pipeline.filter(found -> found.topicId().equals(facts.topicId()));
            // Another engine may have filled them after that, or another view.
            sources.forEach(source ->
                    source.logStarts().forEach((partition, offset) -> logStarts.merge(partition, offset, Math::max)));
            // For any topic, and any records that a reader has met in it: it may hold changes of several other
            // histories up to its end.
            return pipeline.flatMap(Attempt::otherSystem)
                    .or(() -> results.flatMap(this::knownLoss)
                            .filter(loss -> loss.reason() == DataLoss.Reason.LSN_WENT_BACK))
                    .or(() -> metByOthers(sources, systemNow));
        }

        /** A view that was never filled has nothing to compare the system with, but others may have. */
        private Optional<DataLoss> metByOthers(List<SourceState> sources, String systemNow) {
            return sources.stream()
                    .map(source -> source.look().system())
                    .filter(before -> pipeline.isEmpty() && systemNow != null && !systemNow.equals(before))
                    .findFirst()
                    .map(before -> new DataLoss(
                            DataLoss.Reason.OTHER_SYSTEM,
                            LookRules.otherSystem(before, systemNow),
                            new FillId(null, RowChange.NO_LSN)));
        }
    }

    private static Optional<DataLoss> outside(Checkpoint checkpoint, Ledger.Pipeline results, OffsetRange range) {
        if (isGone(checkpoint)) {
            String what = "somebody deleted the checkpoint of partition " + checkpoint.partition();
            return Optional.of(new DataLoss(DataLoss.Reason.CHECKPOINT_GONE, what, results.fillId()));
        }
        if (range == null) {
            return Optional.empty();
        }
        String where = " partition=" + checkpoint.partition() + " resumeOffset=" + checkpoint.resumeOffset()
                + " position=" + checkpoint.position() + " beginning=" + range.beginning() + " end=" + range.end();
        if (checkpoint.resumeOffset() < range.beginning()) {
            String what = "the topic no longer holds the offsets to resume from," + where;
            return Optional.of(new DataLoss(DataLoss.Reason.OFFSETS_GONE, what, checkpoint.fillId()));
        }
        if (checkpoint.position() > range.end()) {
            String what = "the topic ends before what was already read," + where;
            return Optional.of(new DataLoss(DataLoss.Reason.CHECKPOINT_AHEAD, what, checkpoint.fillId()));
        }
        return Optional.empty();
    }

    private static boolean isGone(Checkpoint checkpoint) {
        return checkpoint.fillId().lsn() == Ledger.CHECKPOINT_GONE;
    }

    private Optional<String> changedSetting(Map<String, String> before) {
        // The view first: it is what people have written.
        return changes(before)
                .max(Comparator.comparing(PublishSettings.VIEW::equals))
                .map(key -> describe(key, before, "was built with")
                        + ". Set it back, or start once with tally.rebuild=true to build the table again");
    }

    /** History cannot be built again, so it can only be kept beside rows of its own kind. */
    private Optional<String> historyOfOtherKind(Map<String, String> before) {
        if (settings.historyOlderThan().isEmpty()) {
            return Optional.empty();
        }
        return changes(before)
                .filter(key -> !key.equals(PublishSettings.HISTORY))
                .findFirst()
                .map(key -> describe(key, before, "holds history built with") + ". Set it back, or give the history up:"
                        + " start without " + PublishSettings.HISTORY);
    }

    private Stream<String> changes(Map<String, String> stored) {
        Map<String, String> before = EarlierSettings.today(stored, settings);
        return Stream.concat(settings.rowSettings().keySet().stream(), before.keySet().stream())
                .distinct()
                .filter(key -> !key.equals(PublishSettings.REBUILD))
                .sorted()
                .filter(key -> !Objects.equals(settings.rowSettings().get(key), before.get(key)));
    }

    private String describe(String key, Map<String, String> before, String verb) {
        String value = settings.rowSettings().getOrDefault(key, DEFAULT);
        if (key.equals(PublishSettings.VIEW) || key.equals(PublishSettings.COLUMNS)) {
            String what = "view " + settings.view().name()
                    + (key.equals(PublishSettings.VIEW) ? " is " : " has the columns ");
            return what + value + ", but it " + verb + " " + before.getOrDefault(key, earlier(before));
        }
        return key + "=" + value + ", but " + view + " " + verb + " " + before.getOrDefault(key, DEFAULT);
    }

    /** The setting's name in a build without views. */
    private static String earlier(Map<String, String> before) {
        return "the settings " + new TreeMap<>(before);
    }

    private static <T> CompletionStage<T> refuse(String message) {
        return CompletableFuture.failedStage(new TakeoverException(Kind.REFUSE, message));
    }

    private static <T> CompletionStage<T> notYet(String message) {
        return CompletableFuture.failedStage(new TakeoverException(Kind.WAIT, message));
    }
}
