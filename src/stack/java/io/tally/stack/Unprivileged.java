package io.tally.stack;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How to run a program that refuses to run as root, as PostgreSQL does.
 *
 * <p>An ordinary user runs it as it is. For root, {@code unshare -U} opens a user name space in which the process seems
 * to be nobody, while its files stay root's: nothing has to change hands. Containers often forbid that; then the program
 * runs as the real nobody and its folder is given to nobody, who must also be able to reach it from the file system's
 * root.
 */
final class Unprivileged {

    /** Uid and gid of nobody, the overflow id of the kernel. */
    private static final int NOBODY = 65534;

    private final List<String> prefix;
    private final boolean otherUser;

    private Unprivileged(List<String> prefix, boolean otherUser) {
        this.prefix = prefix;
        this.otherUser = otherUser;
    }

    /**
     * Finds out which way is open.
     *
     * @param ownFolder a folder this process has made and keeps
     */
    static Unprivileged probe(Path ownFolder) throws StackException {
        try {
            if ((int) Files.getAttribute(ownFolder, "unix:uid") != 0) {
                return new Unprivileged(List.of(), false);
            }
            Process unshare = new ProcessBuilder("unshare", "-U", "true")
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (unshare.waitFor() == 0) {
                return new Unprivileged(List.of("unshare", "-U", "--"), false);
            }
            String nobody = Integer.toString(NOBODY);
            return new Unprivileged(
                    List.of("setpriv", "--reuid", nobody, "--regid", nobody, "--clear-groups", "--"), true);
        } catch (IOException e) {
            throw new StackException("cannot find out how to run PostgreSQL: " + e, e);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted", interrupted);
        }
    }

    /** The command to start instead. */
    List<String> command(List<String> command) {
        List<String> prefixed = new ArrayList<>(prefix);
        prefixed.addAll(command);
        return prefixed;
    }

    /** Gives a file or folder to the user the program will run as. */
    void handOver(Path file) throws IOException {
        if (otherUser) {
            Files.setAttribute(file, "unix:uid", NOBODY);
            Files.setAttribute(file, "unix:gid", NOBODY);
        }
    }
}
