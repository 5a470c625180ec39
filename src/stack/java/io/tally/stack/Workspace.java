package io.tally.stack;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * The folder given by {@code --dir}: {@code data/} of the services, {@code logs/}, {@code stack.properties} while the
 * stack runs, and {@code stack.lock}, which keeps a second stack out. Nothing else in the folder is ever touched.
 */
final class Workspace {

    private static final int TAIL_LINES = 20;
    private static final Duration DELETE_LIMIT = Duration.ofSeconds(10);

    private final Path dir;
    private final FileChannel lock;

    private Workspace(Path dir, FileChannel lock) {
        this.dir = dir;
        this.lock = lock;
    }

    /**
     * Makes the folder if needed, and locks it until this process ends.
     *
     * @throws StackException if another stack runs in it
     */
    static Workspace open(Path dir) throws IOException, StackException {
        Files.createDirectories(dir);
        Path file = dir.resolve("stack.lock");
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock held = channel.tryLock();
        if (held == null) {
            channel.close();
            throw new StackException("another stack runs in " + dir + "; stop it, or use another folder with --dir");
        }
        return new Workspace(dir, channel);
    }

    /** Clears away what an earlier run has left, its data only if they are not to be kept. */
    void prepare(boolean keep) throws IOException {
        Files.deleteIfExists(stateFile());
        Folders.delete(temp());
        Folders.delete(logs());
        if (!keep) {
            Folders.delete(dir.resolve("data"));
        }
        Files.createDirectories(temp());
        Files.createDirectories(logs());
    }

    /** After the last process has ended. Logs stay until the next start: they tell what happened. */
    void close(boolean keep) throws IOException, StackException {
        Files.deleteIfExists(stateFile());
        // A grandchild, such as the server that an interrupted initdb had at work, may live a moment longer, and write.
        Await.until("deleted", DELETE_LIMIT, () -> {
            Folders.delete(temp());
            if (!keep) {
                Folders.delete(dir.resolve("data"));
            }
            return true;
        });
        lock.close();
    }

    Path data(String service) {
        return dir.resolve("data").resolve(service);
    }

    Path logs() {
        return dir.resolve("logs");
    }

    Path temp() {
        return dir.resolve("tmp");
    }

    private Path stateFile() {
        return dir.resolve("stack.properties");
    }

    /** Replaces the state file at once, so that a reader sees one whole version. */
    void writeState(Map<String, Object> state) throws IOException {
        StringBuilder lines = new StringBuilder();
        state.forEach(
                (key, value) -> lines.append(key).append('=').append(value).append('\n'));
        Path next = Files.writeString(dir.resolve("stack.properties.next"), lines);
        Files.move(next, stateFile(), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Prints the end of a log. */
    void printTail(Path log) {
        try {
            List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
            System.out.printf("the last lines of %s:%n", log);
            lines.stream()
                    .skip(Math.max(0, lines.size() - TAIL_LINES))
                    .forEach(line -> System.out.println("  " + line));
        } catch (IOException e) {
            System.out.printf("%s cannot be read: %s%n", log, e);
        }
    }
}
