package io.tally.datagen;

import io.tally.datagen.OrderEvent.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Draws what happens next from a seed. Knows no clock and no database: the same seed gives the same script. */
final class OrderScript {

    private static final int MAX_QUANTITY = 5;
    private static final long MIN_PRICE_CENTS = 1_000;
    private static final long MAX_PRICE_CENTS = 50_000;
    /** Changes and cancellations hit one of this many newest orders. */
    private static final int REMEMBERED = 10_000;

    private record Remembered(long order, int customerId, int quantity, long priceCents) {}

    private final SplittableRandom random;
    private final int customers;
    private final double updates;
    private final double cancellations;
    private final double late;
    private final long latenessMs;

    private final List<Remembered> recent = new ArrayList<>();
    private long orders;

    OrderScript(long seed, int customers, double updates, double cancellations, double late, long latenessMs) {
        this.random = new SplittableRandom(seed);
        this.customers = customers;
        this.updates = updates;
        this.cancellations = cancellations;
        this.late = late;
        this.latenessMs = latenessMs;
    }

    OrderEvent next() {
        double what = random.nextDouble();
        if (what < updates && !recent.isEmpty()) {
            return change();
        }
        if (what >= updates && what < updates + cancellations && !recent.isEmpty()) {
            return cancel();
        }
        return order();
    }

    private OrderEvent order() {
        Remembered order = new Remembered(orders++, customer(), quantity(), price());
        if (recent.size() < REMEMBERED) {
            recent.add(order);
        } else {
            recent.set((int) (order.order % REMEMBERED), order);
        }
        long lateMs = random.nextDouble() < late ? random.nextLong(latenessMs + 1) : 0;
        return event(Kind.NEW, order, lateMs);
    }

    private OrderEvent change() {
        int index = random.nextInt(recent.size());
        Remembered old = recent.get(index);
        Remembered changed = switch (random.nextInt(4)) {
            case 0 -> new Remembered(old.order, customer(), old.quantity, old.priceCents);
            case 1 -> new Remembered(old.order, old.customerId, old.quantity, price());
            default -> new Remembered(old.order, old.customerId, quantity(), old.priceCents);
        };
        recent.set(index, changed);
        return random.nextInt(5) == 0
                ? event(Kind.MOVED, changed, random.nextLong(latenessMs + 1))
                : event(Kind.CHANGED, changed, 0);
    }

    private OrderEvent cancel() {
        int index = random.nextInt(recent.size());
        Remembered cancelled = recent.get(index);
        Remembered last = recent.removeLast();
        if (index < recent.size()) {
            recent.set(index, last);
        }
        return event(Kind.CANCELLED, cancelled, 0);
    }

    private static OrderEvent event(Kind kind, Remembered order, long lateMs) {
        return new OrderEvent(kind, order.order, order.customerId, order.quantity, order.priceCents, lateMs);
    }

    private int customer() {
        return 1 + random.nextInt(customers);
    }

    private int quantity() {
        return 1 + random.nextInt(MAX_QUANTITY);
    }

    private long price() {
        return random.nextLong(MIN_PRICE_CENTS, MAX_PRICE_CENTS + 1);
    }
}
