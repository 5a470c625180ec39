package io.tally.bench;

import io.tally.testkit.RealStack;
import io.tally.testkit.RegistryStandIn;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * How fast a full topic is drained, from process start and from the first record to the last row in {@code order_agg},
 * beside a consumer that throws the bytes away, in turn. Every engine run is checked for exactness.
 *
 * <pre>
 * ./mvnw -P bench verify -DskipTests -Dbench.args="--events 1000000 --rounds 3"
 * </pre>
 *
 * <p>Options: {@code --events} (1000000), {@code --partitions} (4), {@code --customers} (10000), {@code --per-second} how dense
 * the orders lie in event time (10000), {@code --updates}, {@code --deletes} and {@code --late} orders in percent (0),
 * {@code --shuffled} for orders of the whole time in no order (false), {@code --rounds} (3), {@code --threads} of the bare
 * consumer (2), {@code --messaging} with the jar that src/jmh/messaging makes for Reactive Messaging that does nothing (none),
 * {@code --others} with the folder that src/jmh/others makes for Flink and Kafka Streams (none), {@code --pages} that are open
 * in a further run of the engine in each round (0, which is no such run), {@code --format} of the changes, json or avro (json),
 * of which the bare consumer decodes the former only, {@code --compression} of the records, as a producer's
 * {@code compression.type} (none).
 * {@code -Dengine.executable=…} measures another engine than the packaged application on a JVM, as tests do.
 */
public final class Drain {

    private final Map<String, String> options;
    private final OrdersTopic topic;

    private Drain(String[] args) {
        options = new TreeMap<>(Map.ofEntries(
                Map.entry("--events", "1000000"),
                Map.entry("--partitions", "4"),
                Map.entry("--customers", "10000"),
                Map.entry("--per-second", "10000"),
                Map.entry("--updates", "0"),
                Map.entry("--deletes", "0"),
                Map.entry("--late", "0"),
                Map.entry("--shuffled", "false"),
                Map.entry("--rounds", "3"),
                Map.entry("--threads", "2"),
                Map.entry("--messaging", ""),
                Map.entry("--others", ""),
                Map.entry("--pages", "0"),
                Map.entry("--format", "json"),
                Map.entry("--compression", "none")));
        for (int i = 0; i + 1 < args.length; i += 2) {
            if (options.replace(args[i], args[i + 1]) == null) {
                throw new IllegalArgumentException("unknown option " + args[i] + ", known are " + options.keySet());
            }
        }
        topic = new OrdersTopic(
                "drain",
                number("--events"),
                number("--partitions"),
                number("--customers"),
                number("--per-second"),
                new OrdersTopic.Mix(
                        number("--updates"),
                        number("--deletes"),
                        number("--late"),
                        Boolean.parseBoolean(options.get("--shuffled"))));
    }

    public static void main(String[] args) throws Exception {
        new Drain(args).run();
        System.exit(0);
    }

    private void run() throws Exception {
        System.out.printf("options %s%n", options);
        topic.compressed(options.get("--compression"));
        try (RegistryStandIn registry = new RegistryStandIn()) {
            switch (options.get("--format")) {
                case "json" -> run(new String[0]);
                case "avro" -> {
                    topic.inAvro(registry.add("orders-value", "AVRO", AvroChanges.SCHEMA));
                    run(new String[] {"tally.registry.url=" + registry.url()});
                }
                default -> throw new IllegalArgumentException("--format is json or avro");
            }
        }
    }

    private void run(String[] settings) throws Exception {
        long begin = System.nanoTime();
        topic.fill(RealStack.get().bootstrapServers());
        System.out.printf(
                "topic filled: %d records in %.1f s, for %d rows%n",
                topic.records(),
                (System.nanoTime() - begin) / 1e9,
                topic.expected().size());
        Draining draining = new Draining(topic);
        System.out.println(
                "run                    start->last s  first->last s   events/s  2nd half   CPU s  alloc B/event  peak RSS MB  rows wrong");
        for (int round = 1; round <= number("--rounds"); round++) {
            print("bare KafkaConsumer", draining.bare(number("--threads"), false));
            if (settings.length == 0) {
                print("the same, decoding", draining.bare(number("--threads"), true));
            }
            if (!options.get("--messaging").isEmpty()) {
                print("messaging, idle", draining.messaging(options.get("--messaging")));
            }
            if (!options.get("--others").isEmpty()) {
                Path folder = Path.of(options.get("--others"));
                print("Flink SQL", draining.other("FlinkSql", folder, round));
                print("Flink SQL, windows", draining.other("FlinkSqlWindows", folder, round));
                print("Flink job, windows", draining.other("FlinkWindows", folder, round));
                print("Streams, table", draining.other("StreamsTable", folder, round));
                print("Streams, windows", draining.other("StreamsWindows", folder, round));
            }
            print("engine, exact", draining.engine("drain_" + round, 0, settings));
            if (number("--pages") > 0) {
                int pages = number("--pages");
                print("engine, " + pages + " pages", draining.engine("drain_pages_" + round, pages, settings));
            }
        }
    }

    private void print(String what, Draining.Run run) {
        System.out.printf(
                Locale.ROOT,
                "%-22s %13.2f %14.2f %10.0f %9.0f %7.1f %14.0f %12d %11d%n",
                what,
                run.fromStart(),
                run.fromFirst(),
                topic.records() / run.fromFirst(),
                topic.records() / 2 / run.lastHalf(),
                run.cpu(),
                run.allocated() / topic.records(),
                run.peakMb(),
                run.wrongRows());
    }

    private int number(String option) {
        return Integer.parseInt(options.get(option));
    }
}
