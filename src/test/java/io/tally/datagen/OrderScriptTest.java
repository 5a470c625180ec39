package io.tally.datagen;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.datagen.OrderEvent.Kind;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class OrderScriptTest {

    private static List<OrderEvent> script(long seed, int length) {
        OrderScript script = new OrderScript(seed, 100, 0.2, 0.1, 0.05, 600_000);
        return Stream.generate(script::next).limit(length).toList();
    }

    @Test
    void next_sameSeed_sameScript() {
        assertEquals(script(7, 5_000), script(7, 5_000));
        assertNotEquals(script(7, 5_000), script(8, 5_000));
    }

    @Test
    void next_longScript_keepsSharesAndBounds() {
        List<OrderEvent> events = script(7, 100_000);
        Map<Kind, Long> kinds = events.stream().collect(Collectors.groupingBy(OrderEvent::kind, Collectors.counting()));
        assertEquals(0.20, (kinds.get(Kind.CHANGED) + kinds.get(Kind.MOVED)) / 100_000.0, 0.01);
        assertEquals(0.10, kinds.get(Kind.CANCELLED) / 100_000.0, 0.01);
        for (OrderEvent event : events) {
            assertTrue(event.customerId() >= 1 && event.customerId() <= 100, event::toString);
            assertTrue(event.quantity() >= 1 && event.quantity() <= 5, event::toString);
            assertTrue(event.priceCents() >= 1_000 && event.priceCents() <= 50_000, event::toString);
            assertTrue(event.lateMs() >= 0 && event.lateMs() <= 600_000, event::toString);
        }
        long late = events.stream()
                .filter(event -> event.kind() == Kind.NEW && event.lateMs() > 0)
                .count();
        assertEquals(0.05, late / (double) kinds.get(Kind.NEW), 0.01);
    }

    @Test
    void next_changesAndCancellations_hitLivingOrdersOnly() {
        Set<Long> living = new HashSet<>();
        for (OrderEvent event : script(9, 50_000)) {
            Function<Long, Boolean> step = switch (event.kind()) {
                case NEW -> living::add;
                case CANCELLED -> living::remove;
                case CHANGED, MOVED -> living::contains;
            };
            assertTrue(step.apply(event.order()), event::toString);
        }
    }
}
