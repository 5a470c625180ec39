package io.tally.nativeimage;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.MetricsReporter;
import org.apache.kafka.common.telemetry.internals.ClientTelemetryReporter;
import org.apache.kafka.common.telemetry.internals.ClientTelemetrySender;
import org.apache.kafka.common.utils.Time;

/** No metrics are pushed to brokers, as with {@code enable.metrics.push=false}: that takes all of Protocol Buffers. */
@Substitute
@TargetClass(ClientTelemetryReporter.class)
final class KafkaTelemetry implements MetricsReporter {

    @Substitute
    KafkaTelemetry(Time time) {}

    /** Null, which Kafka's clients take for nothing to send. */
    @Substitute
    public ClientTelemetrySender telemetrySender() {
        return null;
    }

    @Substitute
    public void updateMetricsLabels(Map<String, String> labels) {}

    @Substitute
    public void initiateClose() {}

    @Override
    @Substitute
    public void configure(Map<String, ?> config) {}

    @Override
    @Substitute
    public void init(List<KafkaMetric> metrics) {}

    @Override
    @Substitute
    public void metricChange(KafkaMetric metric) {}

    @Override
    @Substitute
    public void metricRemoval(KafkaMetric metric) {}

    @Override
    @Substitute
    public void close() {}
}
