package io.tally;

import static io.tally.EngineBeans.check;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The topic of each table: Debezium calls it {@code <prefix>.<schema>.<table>}, and {@code ORDERS_TOPIC} shows the prefix.
 * {@code tally.source.topics} has what is called otherwise.
 */
@Singleton
final class SourceTopics {

    private static final String ORDERS = "public.orders";

    private final String ordersTopic;
    private final Map<String, String> named = new HashMap<>();

    /** @throws IllegalArgumentException if a setting is impossible */
    @Inject
    SourceTopics(TallyConfig config, @ConfigProperty(name = "mp.messaging.incoming.orders.topic") String ordersTopic) {
        this.ordersTopic = ordersTopic;
        for (String pair : config.source().topics().orElse(Set.of())) {
            int equals = pair.indexOf('=');
            check(
                    "tally.source.topics",
                    pair,
                    equals > 0 && equals < pair.length() - 1 && pair.indexOf('.') > 0 && pair.indexOf('.') < equals,
                    "schema.table=topic, several of them with commas between");
            named.put(pair.substring(0, equals), pair.substring(equals + 1));
        }
    }

    /**
     * The topic of a table, or empty if nothing tells its name.
     *
     * @param table with its schema
     * @param only whether all views are over this one, so that {@code ORDERS_TOPIC} can only mean it
     */
    Optional<String> of(String table, boolean only) {
        String set = named.get(table);
        if (set != null) {
            return Optional.of(set);
        }
        boolean isUsual = ordersTopic.endsWith("." + ORDERS);
        if (table.equals(ORDERS) || only && !isUsual) {
            return Optional.of(ordersTopic);
        }
        int beforeTable = ordersTopic.lastIndexOf('.');
        int beforeSchema = beforeTable < 0 ? -1 : ordersTopic.lastIndexOf('.', beforeTable - 1);
        return beforeSchema <= 0 ? Optional.empty() : Optional.of(ordersTopic.substring(0, beforeSchema + 1) + table);
    }
}
