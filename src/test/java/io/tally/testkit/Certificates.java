package io.tally.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * A certificate authority of one's own, and the certificate of a server that is called {@code localhost}, by that name only:
 * at {@code 127.0.0.1} it is somebody else. All as PEM files of one folder.
 */
public final class Certificates {

    private static final String STORE = "all.p12";
    private static final String PASSWORD = "certificates";
    private static final long KEYTOOL_LIMIT_SECONDS = 60;

    private final Path folder;

    private Certificates(Path folder) {
        this.folder = folder.toAbsolutePath();
    }

    /** Those that were made in a folder before. */
    public static Certificates in(Path folder) {
        return new Certificates(folder);
    }

    /**
     * Makes new ones.
     *
     * @param authority what the authority calls itself
     */
    public static Certificates make(Path folder, String authority) {
        Certificates made = new Certificates(folder);
        try {
            Files.createDirectories(folder);
            Files.deleteIfExists(made.folder.resolve(STORE));
            made.keytool("-alias", "ca", "-dname", "CN=" + authority, "-ext", "bc:c");
            made.keytool("-alias", "server", "-dname", "CN=server", "-ext", "san=dns:localhost", "-signer", "ca");
            made.export();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("certificates cannot be exported", e);
        }
        return made;
    }

    /** The authority's certificate. */
    public Path authority() {
        return folder.resolve("ca.pem");
    }

    /** The server's certificate and the authority's. */
    public Path chain() {
        return folder.resolve("server.pem");
    }

    /** The server's private key. */
    public Path key() {
        return folder.resolve("server-key.pem");
    }

    /** Key and certificates of the server in one file. */
    public Path keyStore() {
        return folder.resolve("server-all.pem");
    }

    private void keytool(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-validity",
                "2",
                "-keystore",
                folder.resolve(STORE).toString(),
                "-storepass",
                PASSWORD));
        command.addAll(List.of(options));
        Path log = folder.resolve("keytool.log");
        Process keytool = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (Processes.awaitExit(keytool, KEYTOOL_LIMIT_SECONDS) != 0) {
            throw new IOException("keytool failed: " + Files.readString(log));
        }
    }

    private void export() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(folder.resolve(STORE).toFile(), PASSWORD.toCharArray());
        String key = pem(
                "PRIVATE KEY", store.getKey("server", PASSWORD.toCharArray()).getEncoded());
        StringBuilder chain = new StringBuilder();
        for (Certificate certificate : store.getCertificateChain("server")) {
            chain.append(pem("CERTIFICATE", certificate.getEncoded()));
        }
        Files.writeString(
                authority(), pem("CERTIFICATE", store.getCertificate("ca").getEncoded()));
        Files.writeString(chain(), chain);
        Files.writeString(key(), key);
        Files.writeString(keyStore(), key + chain);
    }

    private static String pem(String what, byte[] encoded) {
        String base64 = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(encoded);
        return "-----BEGIN " + what + "-----\n" + base64 + "\n-----END " + what + "-----\n";
    }
}
