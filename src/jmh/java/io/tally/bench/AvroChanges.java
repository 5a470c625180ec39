package io.tally.bench;

import io.tally.bench.OrdersTopic.Order;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/** Changes in Avro, with the schema that Debezium's converters make of the orders table, behind the id of that schema. */
final class AvroChanges {

    private static final String ROW = """
            {"type":"record","name":"Value","fields":[
              {"name":"order_id","type":"string"},
              {"name":"customer_id","type":"int"},
              {"name":"quantity","type":"int"},
              {"name":"price","type":{"type":"bytes","scale":2,"precision":12,"connect.version":1,
                "connect.parameters":{"scale":"2","connect.decimal.precision":"12"},
                "connect.name":"org.apache.kafka.connect.data.Decimal","logicalType":"decimal"}},
              {"name":"event_ts","type":{"type":"string","connect.version":1,
                "connect.name":"io.debezium.time.ZonedTimestamp"}}],
             "connect.name":"orders_cdc.public.orders.Value"}""";

    private static final String SOURCE = """
            {"type":"record","name":"Source","namespace":"io.debezium.connector.postgresql","fields":[
              {"name":"version","type":"string"},{"name":"connector","type":"string"},{"name":"name","type":"string"},
              {"name":"ts_ms","type":"long"},{"name":"snapshot","type":["null","string"],"default":null},
              {"name":"db","type":"string"},{"name":"sequence","type":["null","string"],"default":null},
              {"name":"ts_us","type":["null","long"],"default":null},{"name":"ts_ns","type":["null","long"],"default":null},
              {"name":"schema","type":"string"},{"name":"table","type":"string"},
              {"name":"txId","type":["null","long"],"default":null},{"name":"lsn","type":["null","long"],"default":null},
              {"name":"xmin","type":["null","long"],"default":null},{"name":"origin","type":["null","string"],"default":null},
              {"name":"origin_lsn","type":["null","long"],"default":null}]}""";

    /** What a registry has to have. */
    static final String SCHEMA = """
            {"type":"record","name":"Envelope","namespace":"orders_cdc.public.orders","fields":[
              {"name":"before","type":["null",%s],"default":null},
              {"name":"after","type":["null","Value"],"default":null},
              {"name":"source","type":%s},
              {"name":"transaction","type":["null",{"type":"record","name":"block","namespace":"event","fields":[
                {"name":"id","type":"string"},{"name":"total_order","type":"long"},
                {"name":"data_collection_order","type":"long"}]}],"default":null},
              {"name":"op","type":"string"},
              {"name":"ts_ms","type":["null","long"],"default":null},{"name":"ts_us","type":["null","long"],"default":null},
              {"name":"ts_ns","type":["null","long"],"default":null}]}""".formatted(ROW, SOURCE);

    private final Schema envelope = new Schema.Parser().parse(SCHEMA);
    private final Schema row = envelope.getField("before").schema().getTypes().get(1);
    private final Schema source = envelope.getField("source").schema();
    private final GenericDatumWriter<GenericRecord> writer = new GenericDatumWriter<>(envelope);
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final int id;
    private BinaryEncoder encoder;

    /** @param id of the schema in the registry */
    AvroChanges(int id) {
        this.id = id;
    }

    /** The value of a change's record. */
    byte[] value(char operation, Order before, Order after, long lsn, long transaction, long commitMs) {
        GenericRecord from = new GenericData.Record(source);
        from.put("version", "3.7.0.Final");
        from.put("connector", "postgresql");
        from.put("name", "orders_cdc");
        from.put("ts_ms", commitMs);
        from.put("snapshot", "false");
        from.put("db", "streaming");
        from.put("sequence", "[\"" + (lsn - 100) + "\",\"" + lsn + "\"]");
        from.put("ts_us", commitMs * 1000 + 853);
        from.put("ts_ns", commitMs * 1_000_000 + 853_000);
        from.put("schema", "public");
        from.put("table", "orders");
        from.put("txId", transaction);
        from.put("lsn", lsn);
        GenericRecord change = new GenericData.Record(envelope);
        change.put("before", row(before));
        change.put("after", row(after));
        change.put("source", from);
        change.put("op", Character.toString(operation));
        long readMs = commitMs + 300;
        change.put("ts_ms", readMs);
        change.put("ts_us", readMs * 1000 + 398);
        change.put("ts_ns", readMs * 1_000_000 + 398_080);
        return encoded(change);
    }

    private GenericRecord row(Order order) {
        if (order == null) {
            return null;
        }
        GenericRecord image = new GenericData.Record(row);
        image.put("order_id", "order-" + order.number());
        image.put("customer_id", order.customer());
        image.put("quantity", order.quantity());
        image.put("price", ByteBuffer.wrap(BigInteger.valueOf(order.cents()).toByteArray()));
        image.put("event_ts", OrdersTopic.micros(order.eventTimeMs()));
        return image;
    }

    private byte[] encoded(GenericRecord change) {
        bytes.reset();
        try {
            DataOutputStream prefix = new DataOutputStream(bytes);
            prefix.writeByte(0);
            prefix.writeInt(id);
            encoder = EncoderFactory.get().binaryEncoder(bytes, encoder);
            writer.write(change, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
