package io.tally.ingest;

import io.tally.cdc.UndecodableException;
import java.nio.ByteBuffer;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A record that cannot be counted, and why.
 *
 * @param record as it was read, key, value and headers untouched
 * @param fault what is wrong with it
 */
record DeadLetter(ConsumerRecord<ByteBuffer, ByteBuffer> record, UndecodableException fault) {}
