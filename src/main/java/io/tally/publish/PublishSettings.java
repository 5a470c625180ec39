package io.tally.publish;

import java.util.Map;

/**
 * What this package needs to know, as plain values.
 *
 * @param rowSettings the settings that shape the rows, by the names users know; a start with others is refused
 * @param windowSeconds size of a window
 * @param priceScale decimals of an amount unit: 2 for cents
 * @param maxFutureSeconds how far ahead of the clock an order may be dated and still move the watermark
 * @param orders the source table
 * @param slot the connector's replication slot
 * @param createSchema whether to create missing tables
 * @param rebuild fill the results again at the first takeover, whatever they hold
 * @param stopOnLostGround leave partitions alone when their results are worthless, instead of filling them again
 */
public record PublishSettings(
        Map<String, String> rowSettings,
        long windowSeconds,
        int priceScale,
        long maxFutureSeconds,
        OrdersTable orders,
        String slot,
        boolean createSchema,
        boolean rebuild,
        boolean stopOnLostGround) {}
