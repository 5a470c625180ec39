package io.tally.bench;

import io.tally.testkit.RealStack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What more views over one topic cost: the topic is drained by an engine with one view, with two, and so on, in turn. The
 * first view is {@code order_agg} and is checked; each further one has windows of another length, a filter, the customer as
 * its key and two measures.
 *
 * <pre>
 * ./mvnw -P bench verify -DskipTests -Dbench.main=io.tally.bench.Views -Dbench.args="5000000 2 1,2,4,8,16"
 * </pre>
 *
 * <p>Arguments: events (5000000), rounds (2), numbers of views (1,2,4,8,16).
 */
public final class Views {

    private static final String FIRST = """
            CREATE MATERIALIZED VIEW order_agg AS
            SELECT date_bin('1 minute', event_ts, '1970-01-01 00:00:00+00') AS window_start,
                   date_bin('1 minute', event_ts, '1970-01-01 00:00:00+00') + INTERVAL '1 minute' AS window_end,
                   customer_id, SUM(quantity * price)::numeric(38, 2) AS gross_sales, COUNT(*) AS order_count
            FROM public.orders GROUP BY 1, 2, 3;
            """;

    private static final String FURTHER = """
            CREATE MATERIALIZED VIEW more_%1$d AS
            SELECT date_bin('%2$d minutes', event_ts, '2000-01-01 00:00:00+00') AS since, customer_id,
                   SUM(quantity * price) AS sales, COUNT(*) AS n
            FROM public.orders WHERE quantity >= %3$d GROUP BY 1, 2;
            """;

    private Views() {}

    public static void main(String[] args) throws Exception {
        int events = args.length > 0 ? Integer.parseInt(args[0]) : 5_000_000;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 2;
        int[] numbers = Arrays.stream((args.length > 2 ? args[2] : "1,2,4,8,16").split(","))
                .mapToInt(Integer::parseInt)
                .toArray();
        OrdersTopic topic = new OrdersTopic("views", events, 4, 10_000, 10_000, OrdersTopic.Mix.INSERTS);
        topic.fill(RealStack.get().bootstrapServers());
        Draining draining = new Draining(topic);
        System.out.println("views  start->last s  first->last s   events/s   CPU s  CPU of one view  peak RSS MB");
        double[] one = new double[rounds];
        for (int round = 0; round < rounds; round++) {
            for (int views : numbers) {
                Draining.Run run = draining.engine(
                        "views_" + views + "_" + round,
                        0,
                        views,
                        Map.of("TALLY_VIEWS", file(views).toString()));
                one[round] = one[round] == 0 ? run.cpu() : one[round];
                System.out.printf(
                        Locale.ROOT,
                        "%5d %14.2f %14.2f %10.0f %7.1f %16.2f %12d%n",
                        views,
                        run.fromStart(),
                        run.fromFirst(),
                        topic.records() / run.fromFirst(),
                        run.cpu(),
                        run.cpu() / one[round],
                        run.peakMb());
            }
        }
        System.exit(0);
    }

    private static Path file(int views) throws IOException {
        List<String> statements = new ArrayList<>(List.of(FIRST));
        for (int i = 1; i < views; i++) {
            statements.add(String.format(Locale.ROOT, FURTHER, i, i + 1, 1 + i % 3));
        }
        Path file = Files.createTempFile("views", ".sql");
        file.toFile().deleteOnExit();
        return Files.writeString(file, String.join("\n", statements));
    }
}
