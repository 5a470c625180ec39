package io.tally.cdc.avro;

import io.tally.cdc.json.JsonOutput;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** One of some symbols. */
final class AvroEnum implements AvroType {

    private final byte[][] symbols;

    AvroEnum(List<String> symbols) {
        this.symbols = symbols.stream()
                .map(symbol -> ('"' + symbol + '"').getBytes(StandardCharsets.US_ASCII))
                .toArray(byte[][]::new);
    }

    @Override
    public void write(AvroInput in, JsonOutput out, Role role) throws MalformedAvro {
        out.write(symbols[in.readIndex(symbols.length)]);
    }

    @Override
    public void skip(AvroInput in) throws MalformedAvro {
        in.readIndex(symbols.length);
    }
}
