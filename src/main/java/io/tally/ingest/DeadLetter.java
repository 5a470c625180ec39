package io.tally.ingest;

import io.tally.cdc.UndecodableException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A record that cannot be counted for some views, and why.
 *
 * @param record as it was read, key, value and headers untouched
 * @param fault what is wrong with it
 * @param views names of those that lack it; it may count for others
 */
record DeadLetter(ConsumerRecord<ByteBuffer, ByteBuffer> record, UndecodableException fault, List<String> views) {

    DeadLetter {
        views = List.copyOf(views);
    }
}
