package io.tally.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * What a real connector wrote about one order, as a file: a line each for the schemas in the registry ({@code schema}), and
 * for the records in their order, as {@code json}, in {@code hex}, or as a {@code tombstone}.
 *
 * <p>The files are resources of the unit tests. {@code -Dtally.record=src/test/resources/recorded} makes them again.
 */
public final class Recording {

    private static final String FOLDER = System.getProperty("tally.record");

    private Recording() {}

    /**
     * Writes the file of a pipeline, if it is asked for.
     *
     * @param order id of the order
     * @param registry null if the connector uses none
     */
    public static void keep(TestPipeline pipeline, String order, RegistryStandIn registry) {
        if (FOLDER == null) {
            return;
        }
        List<String> lines = new ArrayList<>();
        for (int id = 1; registry != null && id <= registry.size(); id++) {
            lines.add("schema " + id + " " + registry.content(id));
        }
        try (OrdersTopic topic = new OrdersTopic(pipeline)) {
            topic.read(record -> {
                if (text(record.key()).contains(order)) {
                    lines.add(line(record.value()));
                }
            });
        }
        try {
            Files.write(
                    Files.createDirectories(Path.of(FOLDER))
                            .resolve(pipeline.name().replace('_', '-') + ".txt"),
                    lines);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String line(byte[] value) {
        if (value == null) {
            return "tombstone";
        }
        return value[0] == 0 ? "hex " + HexFormat.of().formatHex(value) : "json " + text(value);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
