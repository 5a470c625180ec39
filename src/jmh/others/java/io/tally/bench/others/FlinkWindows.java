package io.tally.bench.others;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.connector.jdbc.JdbcConnectionOptions;
import org.apache.flink.connector.jdbc.JdbcExecutionOptions;
import org.apache.flink.connector.jdbc.core.datastream.sink.JdbcSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;

/**
 * A Flink job as it is usually written: event-time windows of a minute, five seconds for rows out of order, no lateness allowed
 * beyond. The row before a change is subtracted and the row after it added, where their window is still open.
 */
final class FlinkWindows {

    private static final Duration OUT_OF_ORDER = Duration.ofSeconds(5);

    /** A row that comes to its window, or goes from it. */
    public static final class Part {
        public int customer;
        public BigDecimal sales;
        public long orders;
        public long eventTimeMs;
    }

    /** A row of the result. */
    public static final class Row {
        public long windowStartMs;
        public int customer;
        public BigDecimal sales = BigDecimal.ZERO;
        public long orders;
    }

    /** The rows before and after a change, as parts. */
    private static final class Debezium implements DeserializationSchema<Part> {
        private static final ObjectMapper JSON = new ObjectMapper();

        @Override
        public Part deserialize(byte[] record) {
            throw new UnsupportedOperationException("a record may be two parts");
        }

        @Override
        public void deserialize(byte[] record, Collector<Part> out) throws IOException {
            JsonNode change = JSON.readTree(record);
            collect(change.path("before"), -1, out);
            collect(change.path("after"), 1, out);
        }

        private static void collect(JsonNode row, int sign, Collector<Part> out) {
            if (row.isObject()) {
                Part part = new Part();
                part.customer = row.path("customer_id").asInt();
                part.sales = new BigDecimal(row.path("price").asText())
                        .multiply(BigDecimal.valueOf(sign * row.path("quantity").asLong()));
                part.orders = sign;
                part.eventTimeMs = Instant.parse(row.path("event_ts").asText()).toEpochMilli();
                out.collect(part);
            }
        }

        @Override
        public boolean isEndOfStream(Part part) {
            return false;
        }

        @Override
        public TypeInformation<Part> getProducedType() {
            return TypeInformation.of(Part.class);
        }
    }

    /** The sum of parts. */
    private static final class Sum implements AggregateFunction<Part, Row, Row> {
        @Override
        public Row createAccumulator() {
            return new Row();
        }

        @Override
        public Row add(Part part, Row sum) {
            sum.sales = sum.sales.add(part.sales);
            sum.orders += part.orders;
            return sum;
        }

        @Override
        public Row getResult(Row sum) {
            return sum;
        }

        @Override
        public Row merge(Row one, Row other) {
            one.sales = one.sales.add(other.sales);
            one.orders += other.orders;
            return one;
        }
    }

    /** Window and customer of a sum. */
    private static final class Named extends ProcessWindowFunction<Row, Row, Integer, TimeWindow> {
        @Override
        public void process(Integer customer, Context window, Iterable<Row> sums, Collector<Row> out) {
            Row row = sums.iterator().next();
            row.customer = customer;
            row.windowStartMs = window.window().getStart();
            out.collect(row);
        }
    }

    private FlinkWindows() {}

    /** Arguments: bootstrap servers, topic, URL, user and password of the database. */
    public static void main(String[] args) throws Exception {
        StreamExecutionEnvironment environment = Flink.environment();
        KafkaSource<Part> source = KafkaSource.<Part>builder()
                .setBootstrapServers(args[0])
                .setTopics(args[1])
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setBounded(OffsetsInitializer.latest())
                .setValueOnlyDeserializer(new Debezium())
                .build();
        environment
                .fromSource(
                        source,
                        WatermarkStrategy.<Part>forBoundedOutOfOrderness(OUT_OF_ORDER)
                                .withTimestampAssigner((part, recorded) -> part.eventTimeMs),
                        "orders")
                .keyBy(part -> part.customer)
                .window(TumblingEventTimeWindows.of(OrderAgg.WINDOW))
                .aggregate(new Sum(), new Named())
                .filter(row -> row.orders != 0)
                .sinkTo(JdbcSink.<Row>builder()
                        .withQueryStatement(
                                OrderAgg.UPSERT,
                                (upsert, row) ->
                                        OrderAgg.set(upsert, row.windowStartMs, row.customer, row.sales, row.orders))
                        .withExecutionOptions(JdbcExecutionOptions.builder()
                                .withBatchSize(OrderAgg.BATCH)
                                .withBatchIntervalMs(OrderAgg.FLUSH.toMillis())
                                .build())
                        .buildAtLeastOnce(new JdbcConnectionOptions.JdbcConnectionOptionsBuilder()
                                .withUrl(args[2])
                                .withUsername(args[3])
                                .withPassword(args[4])
                                .build()));
        Measured.run(environment::execute);
    }
}
