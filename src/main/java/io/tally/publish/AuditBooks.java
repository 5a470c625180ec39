package io.tally.publish;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** The two sides that an audit compares, and how far the pipeline is between them. */
interface AuditBooks {

    /**
     * A row of the results.
     *
     * @param group its keys, in words
     */
    record Key(Instant windowStart, String group) {}

    /**
     * What the results have too much, or too little if negative.
     *
     * @param totals by name
     * @param version of the source's rows behind the row: another one if any of them was written since
     */
    record Excess(Map<String, BigDecimal> totals, long version) {}

    /**
     * Both sides at one moment.
     *
     * @param untilMs end of the newest window compared, or null if none was final
     * @param lsn everything compared was written to the source's log below this place
     * @param fillLsn which filling of the results was compared
     * @param fillOwed whether they will be filled again anyway
     * @param differences rows that differ, in order, not more than {@link #MOST_DIFFERENCES}
     */
    record Comparison(Long untilMs, long lsn, long fillLsn, boolean fillOwed, Map<Key, Excess> differences) {}

    int MOST_DIFFERENCES = 1_000;

    /**
     * Compares final windows.
     *
     * @param everything all of them, not only the newest; history excepted
     */
    CompletionStage<Comparison> compare(boolean everything);

    /** Whether the connector has brought everything below a place in the source's log to Kafka. */
    CompletionStage<Boolean> isCaptured(long lsn);

    /** Whether every partition has published what it had below these offsets. */
    CompletionStage<Boolean> arePublished(Map<Integer, Long> offsets);
}
