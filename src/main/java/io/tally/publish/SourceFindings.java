package io.tally.publish;

import java.util.List;

/**
 * Findings of the last look at the source, for status and metrics. Immutable.
 *
 * @param lsn where its log ended, or -1 before the first look
 * @param standby whether the server follows another one
 * @param captured whether the connector was connected to its log; null where that cannot be told: at a standby, or without an
 *     answer
 * @param notFull tables and partitions whose replica identity is not FULL, by name
 * @param problems one line for an operator each
 */
public record SourceFindings(long lsn, boolean standby, Boolean captured, List<String> notFull, List<String> problems) {

    /** Before the first look. */
    public static final SourceFindings NONE = new SourceFindings(-1, false, null, List.of(), List.of());
}
