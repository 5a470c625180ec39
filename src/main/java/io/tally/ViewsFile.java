package io.tally;

import io.tally.view.ViewFile;
import io.tally.view.ViewRefused;
import io.tally.view.ViewStatement;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The file of the views that are kept, cut into its statements. */
@Singleton
final class ViewsFile {

    private static final String PACKAGED = "/views.sql";

    private final List<ViewStatement> statements;

    /** @throws IllegalArgumentException if it cannot be read, or holds something else */
    @Inject
    ViewsFile(TallyConfig config) {
        statements = config.views()
                .map(file -> statements("TALLY_VIEWS=" + file, read(file)))
                .orElseGet(() -> statements("the packaged views.sql", packaged()));
    }

    /** In their order; at least one. */
    List<ViewStatement> statements() {
        return statements;
    }

    private static List<ViewStatement> statements(String file, byte[] bytes) {
        try {
            return ViewFile.read(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString());
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(file + " is not UTF-8", e);
        } catch (ViewRefused e) {
            throw new IllegalArgumentException(file + ", " + e.getMessage(), e);
        }
    }

    private static byte[] read(String file) {
        try {
            return Files.readAllBytes(Path.of(file));
        } catch (IOException e) {
            throw new IllegalArgumentException("TALLY_VIEWS=" + file + " is not a file that can be read", e);
        }
    }

    private static byte[] packaged() {
        try (InputStream resource = ViewsFile.class.getResourceAsStream(PACKAGED)) {
            return resource.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + PACKAGED, e);
        }
    }
}
