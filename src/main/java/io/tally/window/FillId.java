package io.tally.window;

import java.util.UUID;

/**
 * Names one fill of the results. Two may be at one place in the source's log, if the source was restored twice to one moment and
 * nobody has written since; so what is about one of them is told by its random id.
 *
 * @param id what the fill was named when it began, or null if an earlier build has filled the results, or the checkpoint is its
 * @param lsn the place in the source's log at which they were filled
 */
public record FillId(UUID id, long lsn) {

    /**
     * Whether both are the same fill, as far as they say. Where the id of one is not known the place decides alone. Both have to
     * be the same, because an earlier build leaves the id of the fill before with the results, and none in checkpoints.
     */
    public boolean isSameAs(FillId other) {
        return lsn == other.lsn && (id == null || other.id == null || id.equals(other.id));
    }
}
