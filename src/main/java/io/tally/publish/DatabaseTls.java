package io.tally.publish;

import io.quarkus.runtime.util.ExceptionUtil;
import io.vertx.core.Vertx;
import io.vertx.core.VertxException;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.TrustOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import javax.net.ssl.X509ExtendedTrustManager;

/** TLS to PostgreSQL, by the names that its own programs have for it: sslmode and sslrootcert. */
final class DatabaseTls {

    private static final String MODE = "SSLMODE";
    private static final String AUTHORITY = "SSLROOTCERT";

    private final PostgresVariables variables;

    private volatile ReasonKeepingTrust trust;

    DatabaseTls(PostgresVariables variables) {
        this.variables = variables;
    }

    /**
     * Sets the options. Modes that do not look at whom they talk to are refused: they protect against nobody who can get in
     * between.
     *
     * @throws IllegalArgumentException if the settings cannot work
     */
    void applyTo(PgConnectOptions options, Vertx vertx) {
        Optional<String> mode = variables.value(MODE);
        if (mode.isEmpty()) {
            return;
        }
        SslMode wanted = switch (mode.get()) {
            case "disable" -> SslMode.DISABLE;
            case "verify-ca" -> SslMode.VERIFY_CA;
            case "verify-full" -> SslMode.VERIFY_FULL;
            default ->
                throw new IllegalArgumentException(variables.name(MODE) + "=" + mode.get()
                        + " is not possible, expected disable, verify-ca or verify-full");
        };
        options.setSslMode(wanted);
        if (wanted != SslMode.DISABLE) {
            options.setHostnameVerificationAlgorithm(wanted == SslMode.VERIFY_FULL ? "HTTPS" : "");
            trust = new ReasonKeepingTrust(trustManager(vertx));
            options.setTrustOptions(TrustOptions.wrap(trust));
        }
    }

    private X509ExtendedTrustManager trustManager(Vertx vertx) {
        String authority = variables.name(AUTHORITY);
        String file = variables
                .value(AUTHORITY)
                .orElseThrow(
                        () -> new IllegalArgumentException(authority + " is missing, but " + variables.name(MODE) + "="
                                + variables.value(MODE).orElseThrow()
                                + " wants the certificate of the server's authority, a PEM file"));
        if (!Files.isReadable(Path.of(file))) {
            throw new IllegalArgumentException(authority + "=" + file + " is not a file that can be read");
        }
        try {
            return (X509ExtendedTrustManager) new PemTrustOptions()
                    .addCertPath(file)
                    .getTrustManagerFactory(vertx)
                    .getTrustManagers()[0];
        } catch (Exception e) {
            throw new IllegalArgumentException(
                    authority + "=" + file + " holds no certificate in PEM: " + e.getMessage());
        }
    }

    /** Why the connection failed, or why we refused the server. */
    String explained(Throwable failure) {
        Throwable refusal = trust != null && failure instanceof VertxException ? trust.refusal() : null;
        if (refusal == null) {
            return Failures.describe(failure);
        }
        return "PostgreSQL's certificate is refused: "
                + ExceptionUtil.getRootCause(refusal).getMessage() + "; " + variables.name(AUTHORITY)
                + " has to hold the certificate of its authority, and " + variables.name("HOST")
                + " has to be a name in it";
    }
}
