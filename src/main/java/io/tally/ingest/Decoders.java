package io.tally.ingest;

import io.tally.cdc.DebeziumDecoder;

/** Makes what reads the records of a topic. Each is used by one thread. */
public interface Decoders {

    /** @param topic of a table that a view reads */
    DebeziumDecoder decoder(String topic);
}
