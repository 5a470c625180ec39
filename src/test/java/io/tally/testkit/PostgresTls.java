package io.tally.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Makes the shared PostgreSQL offer TLS, and demand it of the engine's role in one pipeline's database. Everything else
 * stays as it was, and closing this takes it back.
 */
public final class PostgresTls implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final TestPipeline pipeline;
    private final String accessBefore;

    public PostgresTls(TestPipeline pipeline, Certificates certificates) {
        this.pipeline = pipeline;
        String folder = pipeline.query("SHOW data_directory");
        write(read(certificates.chain()), folder + "/test-server.crt");
        write(read(certificates.key()), folder + "/test-server.key");
        accessBefore = pipeline.query("SELECT pg_read_file(current_setting('hba_file'))");
        setAccess("hostnossl " + pipeline.name() + " tally all reject\n" + accessBefore);
        pipeline.execute("ALTER SYSTEM SET ssl_cert_file = 'test-server.crt'");
        pipeline.execute("ALTER SYSTEM SET ssl_key_file = 'test-server.key'");
        pipeline.execute("ALTER SYSTEM SET ssl = on");
        reload("on");
    }

    private void setAccess(String lines) {
        write(lines, pipeline.query("SHOW hba_file"));
    }

    /** The server itself writes: it runs as another user than the tests, and its key must belong to it alone. */
    private void write(String text, String file) {
        pipeline.execute("COPY (SELECT unnest(string_to_array($text$" + text.stripTrailing() + "$text$, chr(10))))"
                + " TO PROGRAM 'umask 077; cat > \"" + file + "\"'");
    }

    private void reload(String ssl) {
        pipeline.execute("SELECT pg_reload_conf()");
        Await.until("ssl is " + ssl, LIMIT, () -> pipeline.query("SHOW ssl").equals(ssl));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        setAccess(accessBefore);
        pipeline.execute("ALTER SYSTEM RESET ssl");
        pipeline.execute("ALTER SYSTEM RESET ssl_cert_file");
        pipeline.execute("ALTER SYSTEM RESET ssl_key_file");
        reload("off");
    }
}
