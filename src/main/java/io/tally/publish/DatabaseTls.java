package io.tally.publish;

import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.TrustOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.X509ExtendedTrustManager;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** TLS to PostgreSQL, by the names that its own programs have for it: sslmode and sslrootcert. */
@ApplicationScoped
class DatabaseTls {

    private static final String MODE = "POSTGRES_SSLMODE";
    private static final String AUTHORITY = "POSTGRES_SSLROOTCERT";

    private final Optional<String> mode;
    private final Optional<String> authority;

    private volatile OutspokenTrust trust;

    DatabaseTls(
            @ConfigProperty(name = MODE) Optional<String> mode,
            @ConfigProperty(name = AUTHORITY) Optional<String> authority) {
        this.mode = mode;
        this.authority = authority;
    }

    /**
     * Sets the options. Modes that do not look at whom they talk to are refused: they protect against nobody who can get in
     * between.
     *
     * @throws IllegalArgumentException if the settings cannot work
     */
    void applyTo(PgConnectOptions options, Vertx vertx) {
        if (mode.isEmpty()) {
            return;
        }
        SslMode wanted = switch (mode.get()) {
            case "disable" -> SslMode.DISABLE;
            case "verify-ca" -> SslMode.VERIFY_CA;
            case "verify-full" -> SslMode.VERIFY_FULL;
            default ->
                throw new IllegalArgumentException(
                        MODE + "=" + mode.get() + " is not possible, expected disable, verify-ca or verify-full");
        };
        options.setSslMode(wanted);
        if (wanted != SslMode.DISABLE) {
            options.setHostnameVerificationAlgorithm(wanted == SslMode.VERIFY_FULL ? "HTTPS" : "");
            trust = new OutspokenTrust(trustManager(vertx));
            options.setTrustOptions(TrustOptions.wrap(trust));
        }
    }

    private X509ExtendedTrustManager trustManager(Vertx vertx) {
        String file = authority.orElseThrow(() -> new IllegalArgumentException(AUTHORITY + " is missing, but " + MODE
                + "=" + mode.get() + " wants the certificate of the server's authority, a PEM file"));
        if (!Files.isReadable(Path.of(file))) {
            throw new IllegalArgumentException(AUTHORITY + "=" + file + " is not a file that can be read");
        }
        try {
            return (X509ExtendedTrustManager) new PemTrustOptions()
                    .addCertPath(file)
                    .getTrustManagerFactory(vertx)
                    .getTrustManagers()[0];
        } catch (Exception e) {
            throw new IllegalArgumentException(
                    AUTHORITY + "=" + file + " holds no certificate in PEM: " + e.getMessage());
        }
    }

    /** The failure to connect, or one that says in words why the server was refused. */
    Throwable explained(Throwable failure) {
        Throwable refusal = trust != null && failure instanceof VertxException ? trust.refusal() : null;
        if (refusal == null) {
            return failure;
        }
        while (refusal.getCause() != null) {
            refusal = refusal.getCause();
        }
        return new RefusedServer("PostgreSQL's certificate is refused: " + refusal.getMessage() + "; " + AUTHORITY
                + " has to hold the certificate of its authority, and POSTGRES_HOST has to be a name in it");
    }

    /** Not the server that was meant. The message says all. */
    static final class RefusedServer extends RuntimeException {
        RefusedServer(String message) {
            super(message, null, false, false);
        }

        @Override
        public String toString() {
            return getMessage();
        }
    }
}
