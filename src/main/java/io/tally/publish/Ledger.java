package io.tally.publish;

import io.tally.window.Batch;
import io.tally.window.Checkpoint;
import io.tally.window.DataLoss;
import io.tally.window.FillId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * The databases as the protocol sees them, that of the results and the source, which may be two. Each method is one transaction
 * at each of those that it asks. A stage that fails says nothing about whether the transaction was committed: its answer may have
 * been lost.
 */
public interface Ledger {

    /** Which engine may publish for a partition, and the number of its last batch. */
    record Mark(UUID owner, long sequence) {}

    /** In place of the LSN of a checkpoint's fill: there was one since the results were filled, and somebody deleted it. */
    long CHECKPOINT_GONE = -1;

    /**
     * Origin of the results.
     *
     * @param settings the settings that shape the rows, as they were then
     * @param topicId id of the topic that continues them
     * @param fillId names the fill that made them
     * @param lost why they are worthless, if an engine has stopped because of that
     * @param fillTimes when results were last filled for each reason there was
     * @param source what is known of the source since then; empty if an earlier build filled them
     * @param system the source's identifier and timeline now, or null if it is a standby or away
     */
    record Pipeline(
            Map<String, String> settings,
            String topicId,
            FillId fillId,
            Optional<DataLoss> lost,
            FillTimes fillTimes,
            Optional<SourceState> source,
            String system) {

        /** Whether they were filled from another system, or from another history of it; unknown while the source is away. */
        public boolean isOfOtherSystem() {
            return system != null
                    && source.isPresent()
                    && !system.equals(source.get().look().system());
        }

        /** The same, of a source of which something else is known. */
        public Pipeline knowing(SourceState state) {
            return new Pipeline(settings, topicId, fillId, lost, fillTimes, Optional.of(state), system);
        }

        /** The same, of a source that is this system now. */
        public Pipeline on(String systemNow) {
            return new Pipeline(settings, topicId, fillId, lost, fillTimes, source, systemNow);
        }

        /** Whether they were filled from this very system, for sure. */
        boolean isOfThisSystem() {
            return source.isPresent() && source.get().look().system().equals(system);
        }

        /** The same, worthless. */
        public Pipeline stopped(DataLoss why) {
            return new Pipeline(settings, topicId, fillId, Optional.of(why), fillTimes, source, system);
        }
    }

    /**
     * When results were filled, by the clock of their server, which need not be ours.
     *
     * @param atMs the last time for each reason there was, by its code, epoch ms
     * @param nowMs when this was read, epoch ms
     */
    record FillTimes(Map<String, Long> atMs, long nowMs) {}

    /**
     * An obstacle to using the tables as they are.
     *
     * @param message with what to do
     * @param waits whether the engine waits until that is done; else it ends
     */
    record Misfit(String message, boolean waits) {}

    /**
     * A look at the source, and the results that there were before.
     *
     * @param captured whether the connector was connected to the source's log, as {@link #isCaptured()} says
     */
    record Seen(Look now, boolean captured, Optional<Pipeline> results) {}

    /** The source does not answer; the message says why. */
    final class SourceAwayException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        SourceAwayException(String message) {
            super(message, null, false, false);
        }
    }

    /** The database refuses the rows themselves, and would again; the message is its own. */
    final class RefusedException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        RefusedException(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * An order to fill the results from the source.
     *
     * @param reason why, or empty for the very first time; then a result table that holds rows is refused
     * @param system the source's identifier and timeline when the caller looked, or empty if that does not matter
     * @param supersedes the fill of the results to replace, or empty if there are none; if others are found, somebody else
     *     has filled them meanwhile and nothing is done
     * @param settings the settings that shape the rows
     * @param startOffsets where to go on reading each partition of the topic
     * @param logStarts below these offsets it holds changes of another history
     */
    record Fill(
            Optional<DataLoss.Reason> reason,
            Optional<String> system,
            Optional<FillId> supersedes,
            Map<String, String> settings,
            String topic,
            String topicId,
            Map<Integer, Long> startOffsets,
            Map<Integer, Long> logStarts) {}

    /**
     * The source's transactions at one moment, by their ids.
     *
     * @param next every transaction that has written anything so far, or waits for its commit to be seen, has a lower one
     * @param oldest every transaction with a lower one had ended and could be seen; never above {@code next}
     * @param system the source's identifier and timeline, or null if it is a standby
     */
    record Transactions(long next, long oldest, String system) {}

    /** How a {@link Fill}, or a step of it, ended. */
    enum FillOutcome {
        DONE,
        /** Another engine is filling the results. */
        UNDER_WAY,
        /** Another engine has filled the results since the caller looked, or the source is another one. */
        SUPERSEDED,
        /** The result table holds rows that nobody knows the origin of. */
        HOLDS_FOREIGN_ROWS
    }

    /**
     * How a {@link Fill} began.
     *
     * @param outcome why it did not, or {@link FillOutcome#DONE}
     * @param filling the steps to come, or null
     */
    record Begun(FillOutcome outcome, Filling filling) {

        static Begun not(FillOutcome why) {
            return new Begun(why, null);
        }
    }

    /**
     * A fill that has begun: nobody owns the partitions, and whoever looks sees the results of before. Its steps are taken
     * one after the other, each if the one before was {@link FillOutcome#DONE}.
     */
    interface Filling {

        /** Reads the source as one snapshot sees it, and keeps that beside the results. */
        CompletionStage<FillOutcome> read();

        /** Rows that are kept so far; safe to call from any thread. */
        long rows();

        /**
         * Puts what was read in the place of the results, and gives every partition a fresh checkpoint without an owner; not if
         * another fill has begun, or somebody has taken partitions over, since this one did.
         */
        CompletionStage<FillOutcome> replace();

        /** Lets others fill, and take partitions over: as they were, if this has not ended. */
        void close();
    }

    /** Creates the tables that are missing, and says what keeps those that are there from being used. */
    CompletionStage<Optional<Misfit>> prepare();

    /** Origin of the results, or empty if they were never filled. */
    CompletionStage<Optional<Pipeline>> pipeline();

    /** Whether the source is another database than that of the results. */
    boolean isSourceApart();

    /** Whether the connector is connected to the source's log, so that no change from now on is missed. */
    CompletionStage<Boolean> isCaptured();

    /**
     * States of the source known beside the results of every view that is continued from a topic, the others' included: what
     * one of them has met there, another one would meet as well.
     */
    CompletionStage<List<SourceState>> sources(String topicId);

    /** Which transactions there are. */
    CompletionStage<Transactions> transactions();

    /** Takes the partitions from their owners, which fences whoever publishes now, to fill the results from the source. */
    CompletionStage<Begun> beginFill(Fill fill);

    /** Looks at the source while nobody changes the table; fails with {@link SourceAwayException} if it does not answer. */
    CompletionStage<Seen> look();

    /**
     * Keeps what is known of the source.
     *
     * @param before what was kept until now, or null
     * @return whether it was kept: not if the results were filled since, or somebody else has kept something
     */
    CompletionStage<Boolean> remember(FillId fillId, SourceState before, SourceState next);

    /** Writes down why the results are worthless, for whoever comes before they are filled again; not if they have been. */
    CompletionStage<Void> stop(DataLoss lost);

    /**
     * Makes the given mark the owner of partitions and returns their checkpoints. A partition that has none, because it was
     * added to the topic later, gets one at offset 0; if it should have one, that has {@link #CHECKPOINT_GONE} in place of a
     * fill LSN. While the results are being filled, none is taken over; a fill that nobody drives on any more is given up.
     */
    CompletionStage<List<Checkpoint>> takeOver(Set<Integer> partitions, UUID owner);

    /**
     * Adds deltas and moves checkpoints. Nothing changes if there is a batch whose owner or sequence its checkpoint does not
     * have. Fails with {@link RefusedException} if the database does not take the rows; nothing was changed then either.
     *
     * @return whether the batches went in
     */
    CompletionStage<Boolean> publish(List<Batch> batches);

    /** The marks of partitions; those without a checkpoint are missing from the answer. */
    CompletionStage<Map<Integer, Mark>> marks(Set<Integer> partitions);
}
