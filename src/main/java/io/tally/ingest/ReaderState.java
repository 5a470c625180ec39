package io.tally.ingest;

import java.util.List;

/**
 * State of one poll loop. Immutable.
 *
 * @param thread its name
 * @param alive whether the thread runs
 * @param connected whether it has a connection to a broker
 * @param lastLoopMs when it last went round, epoch ms; a healthy loop does several times a second
 * @param problem what keeps it from reading, or null
 * @param partitions the partitions assigned to it
 */
public record ReaderState(
        String thread, boolean alive, boolean connected, long lastLoopMs, String problem, List<Partition> partitions) {

    /** Phase of a partition. */
    public enum Phase {
        /** Its checkpoint is being taken over. */
        LOADING,
        /** Its records are applied. */
        READING,
        /** Its results are worthless, and the settings say to leave it alone. */
        STOPPED
    }

    /**
     * One assigned partition, as it is for one view.
     *
     * @param view its name
     * @param phase what is done with it
     * @param lagRecords records the broker has beyond the position of its shard, or of the last one it had; -1 if that is not
     *     known
     * @param problem what keeps it from being read for the view, or null
     */
    public record Partition(String view, String topic, int partition, Phase phase, long lagRecords, String problem) {}
}
