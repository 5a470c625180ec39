package io.tally.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheus.PrometheusNamingConvention;
import io.tally.DocumentsTest;
import io.tally.ingest.DeadLetterLog;
import io.tally.ingest.Readers;
import io.tally.publish.TestViewEngines;
import io.tally.window.TestCheckpoints;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class EngineMetricsTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final EngineMetrics metrics = new EngineMetrics(
            registry,
            TestViewEngines.of(TestCheckpoints.SETTINGS),
            null,
            new Readers(),
            new DeadLetterLog(),
            null,
            null);

    @Test
    void everyMeter_hasItsRowWithItsLabels() {
        metrics.bind(null);
        Set<String> bound = registry.getMeters().stream()
                .map(meter -> name(meter.getId()))
                .collect(Collectors.toCollection(TreeSet::new));
        assertTrue(bound.size() > 15, bound::toString);
        assertEquals(bound, DocumentsTest.rowsBelow("## Metrics"));
    }

    /** As Prometheus has it, with the labels in the order of the table: that of a view first. */
    private static String name(Meter.Id id) {
        String name = new PrometheusNamingConvention().name(id.getName(), id.getType(), id.getBaseUnit());
        String labels = id.getTags().stream()
                .map(Tag::getKey)
                .sorted((one, other) -> Boolean.compare(other.equals("view"), one.equals("view")))
                .collect(Collectors.joining(","));
        return labels.isEmpty() ? name : name + "{" + labels + "}";
    }

    /** Else nobody would hear of it but those who read the log. */
    @Test
    void refusedView_isStopped() {
        metrics.bind(null);
        metrics.bindViews();
        assertEquals(
                1,
                registry.get("tally.view.stopped")
                        .tag("view", "refused")
                        .gauge()
                        .value());
    }

    @Test
    void unbind_leavesNothingBehind() {
        metrics.bind(null);
        metrics.unbind();
        assertEquals(0, registry.getMeters().size());
    }
}
