package io.tally.bench;

import io.tally.testkit.RealStack;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;

/**
 * How the rate of a drain and the memory it takes change when the work grows, one kind of growth after the other, and a chart
 * of it. Every run is checked for exactness.
 *
 * <pre>
 * ./mvnw -P bench verify -DskipTests -Dbench.main=io.tally.bench.Growth -Dbench.args="2000000 docs/images/growth.svg"
 * </pre>
 *
 * <p>Arguments: events of each run, and the file for the chart.
 */
public final class Growth {

    private static final int PARTITIONS = 4;
    private static final int CUSTOMERS = 10_000;
    private static final int PER_SECOND = 10_000;

    /** A topic, and what its engine is told. */
    private record Case(int partitions, int customers, int perSecond, OrdersTopic.Mix mix, String... settings) {}

    private final int events;
    private final List<GrowthChart.Panel> panels = new ArrayList<>();
    private int runs;

    private Growth(int events) {
        this.events = events;
    }

    public static void main(String[] args) throws Exception {
        Growth growth = new Growth(Integer.parseInt(args[0]));
        growth.run();
        GrowthChart.write(growth.panels, Path.of(args[1]));
        System.exit(0);
    }

    private void run() throws Exception {
        grow(
                "partitions",
                partitions -> new Case(partitions, CUSTOMERS, PER_SECOND, OrdersTopic.Mix.INSERTS),
                1,
                4,
                16,
                64);
        // All of it within a second.
        grow(
                "customers in one window",
                customers -> new Case(PARTITIONS, customers, events, OrdersTopic.Mix.INSERTS),
                100,
                10_000,
                100_000,
                1_000_000,
                5_000_000);
        // A bound so wide that no window closes before all is read and the partitions are idle.
        grow(
                "open windows of 100 customers",
                windows -> new Case(
                        PARTITIONS,
                        100,
                        Math.ceilDiv(events, 60 * windows),
                        OrdersTopic.Mix.INSERTS,
                        "tally.out-of-orderness=" + (windows + 5) + "m",
                        "tally.idle-timeout=1s"),
                1,
                10,
                100,
                1_000);
        grow("percent late", late -> new Case(PARTITIONS, CUSTOMERS, PER_SECOND, mix(0, 0, late)), 0, 10, 50, 100);
        grow(
                "percent updates",
                updates -> new Case(PARTITIONS, CUSTOMERS, PER_SECOND, mix(updates, 0, 0)),
                0,
                10,
                50,
                90);
        grow("percent deletes", deletes -> new Case(PARTITIONS, CUSTOMERS, PER_SECOND, mix(0, deletes, 0)), 0, 10, 40);
    }

    private static OrdersTopic.Mix mix(int updates, int deletes, int late) {
        return new OrdersTopic.Mix(updates, deletes, late, false);
    }

    private void grow(String what, IntFunction<Case> cases, int... sizes) throws Exception {
        System.out.printf("%n%s%n       size   events/s   CPU s  peak RSS MB%n", what);
        List<GrowthChart.Point> points = new ArrayList<>();
        for (int size : sizes) {
            Case one = cases.apply(size);
            String name = "growth_" + ++runs;
            OrdersTopic topic = new OrdersTopic(name, events, one.partitions, one.customers, one.perSecond, one.mix);
            topic.fill(RealStack.get().bootstrapServers());
            Draining.Run run = new Draining(topic).engine(name, 0, one.settings);
            double rate = topic.records() / run.fromFirst();
            System.out.printf(Locale.ROOT, "%11d %10.0f %7.1f %12d%n", size, rate, run.cpu(), run.peakMb());
            points.add(new GrowthChart.Point(size, rate, run.peakMb()));
        }
        panels.add(new GrowthChart.Panel(what, points));
    }
}
