package io.tally.window;

import java.math.BigDecimal;

/**
 * What a window holds in this engine that no publication has taken yet, over all its partitions.
 *
 * @param startMs start of the window, epoch ms
 * @param correction whether a part of it is published, so that this is what is to be added
 * @param orders signed number of orders
 * @param amount signed
 * @param entries pairs of partition and customer
 */
public record OpenSales(long startMs, boolean correction, long orders, BigDecimal amount, long entries) {

    OpenSales plus(OpenSales other) {
        return new OpenSales(
                startMs,
                correction || other.correction,
                orders + other.orders,
                amount.add(other.amount),
                entries + other.entries);
    }
}
