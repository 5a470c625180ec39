package io.tally.window;

import java.util.Arrays;

/**
 * Why the results can no longer be brought up to date from the log alone, and must be filled again from the
 * source.
 *
 * @param reason the kind of loss
 * @param explanation one line for an operator: what was seen where
 * @param fillId names the fill of the worthless results, so that results filled since then are not taken for them
 * @param partition where it was noticed, or {@link #NOWHERE}
 * @param offset of the record that shows it, if there is a partition
 */
public record DataLoss(Reason reason, String explanation, FillId fillId, int partition, long offset) {

    /** In place of a partition: it was not noticed by a record. */
    public static final int NOWHERE = -1;

    /** One that no record shows. */
    public DataLoss(Reason reason, String explanation, FillId fillId) {
        this(reason, explanation, fillId, NOWHERE, NOWHERE);
    }

    /**
     * Whether the results are filled again for this at most once an hour, and are read and published on till then: it can
     * come again with every record, and the next fill would not keep it from doing so.
     */
    public boolean braked() {
        return reason.braked;
    }

    /** Whether it would come again with the next record, so that only an operator can mend it. */
    public boolean needsOperator() {
        return reason == Reason.NO_SEQUENCE;
    }

    /** The kinds of loss, each under the name that logs, metrics and the status page use. */
    public enum Reason {
        /** The connector has read the whole table again since the results were filled. */
        NEW_SNAPSHOT("new-snapshot"),
        /** A record looks like one sent before, but was committed later: the database was restored or replaced. */
        LSN_WENT_BACK("lsn-went-back"),
        /** The table was truncated. */
        TRUNCATED("truncated"),
        /** The log no longer holds the offsets to resume from. */
        OFFSETS_GONE("offsets-gone"),
        /** The log ends before the position already applied. */
        CHECKPOINT_AHEAD("checkpoint-ahead"),
        /** The broker lost records that had been read, after a crash. */
        LOG_TRUNCATED("log-truncated"),
        /** Somebody deleted the checkpoint of a partition. */
        CHECKPOINT_GONE("checkpoint-gone"),
        /** The topic was deleted and made again. */
        TOPIC_RECREATED("topic-recreated"),
        /** A change could not be counted, because of its record: it is a dead letter. */
        VOID_CHANGE("void-change", true),
        /** Rows before their change came that cannot be believed: the replica identity was not FULL. */
        REPLICA_IDENTITY("replica-identity", true),
        /** Changes come without what a change that is sent again can be told by. */
        NO_SEQUENCE("no-sequence"),
        /** The table is another one, or its columns are, and no record tells what that did to its rows. */
        TABLE_CHANGED("table-changed"),
        /** The database is another one, or continues another history: changes of the old one may be in the topic only. */
        OTHER_SYSTEM("other-system"),
        /** The results differ from the source, and not because something is on its way. */
        AUDIT("audit"),
        /** An operator asked for it. */
        REQUESTED("requested");

        private final String code;
        private final boolean braked;

        Reason(String code) {
            this(code, false);
        }

        Reason(String code, boolean braked) {
            this.code = code;
            this.braked = braked;
        }

        public String code() {
            return code;
        }

        /** @throws IllegalArgumentException if no reason has this code */
        public static Reason of(String code) {
            return Arrays.stream(values())
                    .filter(reason -> reason.code.equals(code))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("not a reason of a data loss, code=" + code));
        }
    }
}
