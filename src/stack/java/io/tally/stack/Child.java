package io.tally.stack;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A process that cannot outlive this one, not even when this one dies of SIGKILL.
 *
 * <p>It is started through a shell that leaves a watcher behind and then becomes the process by {@code exec}, so that
 * process id and exit code are its own. The watcher reads a pipe from us. A line on it says the process has ended; the
 * end of the pipe says that we have, whatever the reason, and the watcher kills the process. The watcher is a
 * grandchild, because PostgreSQL would wonder about a child it did not fork.
 *
 * <p>SIGINT and SIGHUP are ignored in the child: a Ctrl-C reaches the whole terminal, and the stop has an order that
 * only the supervisor knows. (PostgreSQL listens to SIGINT nevertheless, and shuts down as it would be told to anyway.)
 */
final class Child {

    private static final String TIE = """
            trap '' HUP INT
            exec 3<&0 </dev/null
            signal=$1
            shift
            (
                (
                    trap '' TERM
                    read -r ended <&3 && exit
                    kill -s "$signal" $$
                ) >/dev/null 2>&1 &
            )
            exec 3<&-
            exec "$@"
            """;

    private final Process process;

    private Child(Process process) {
        this.process = process;
    }

    /**
     * Starts a process.
     *
     * @param builder command, environment and output; its standard input is taken
     * @param orphanSignal name of the signal that ends the process if we are gone, such as {@code KILL}
     */
    static Child start(ProcessBuilder builder, String orphanSignal) throws StackException {
        List<String> command = builder.command();
        List<String> tied = new ArrayList<>(List.of("/bin/sh", "-c", TIE, "tied", orphanSignal));
        tied.addAll(command);
        try {
            Child child = new Child(builder.command(tied).start());
            child.process.onExit().thenAccept(Child::release);
            return child;
        } catch (IOException e) {
            throw new StackException("cannot start " + command.getFirst() + ": " + e.getMessage(), e);
        }
    }

    /** Sends the watcher home before the system can give the process id to someone else. */
    private static void release(Process ended) {
        try (OutputStream watcher = ended.getOutputStream()) {
            watcher.write("ended\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException watcherGone) {
            // Someone has killed the watcher; then there is nobody to send home.
        }
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    int exitCode() {
        return process.exitValue();
    }

    /** Runs the action on some other thread, at once or later, when the process has ended. */
    void onEnd(Runnable action) {
        process.onExit().thenRun(action);
    }

    /** Sends SIGTERM. Through the handle: {@link Process#destroy} would also close the pipe, and thereby kill. */
    void terminate() {
        process.toHandle().destroy();
    }

    /** Sends SIGKILL. */
    void kill() {
        process.toHandle().destroyForcibly();
    }

    /** Sends another signal, by its name without SIG. The shell's own kill: small systems have no program of that name. */
    void signal(String name) throws StackException {
        try {
            Process kill = new ProcessBuilder("/bin/sh", "-c", "kill -s " + name + " " + pid())
                    .redirectErrorStream(true)
                    .start();
            String complaint = new String(kill.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (kill.waitFor() != 0 && isAlive()) {
                throw new StackException("cannot send SIG%s: %s".formatted(name, complaint));
            }
        } catch (IOException e) {
            throw new StackException("cannot send SIG" + name + ": " + e.getMessage(), e);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted", interrupted);
        }
    }

    /** Halts the process, which is about to be killed, and lists it with all that has come of it: it forks no more. */
    List<ProcessHandle> haltedFamily() throws StackException {
        signal("STOP");
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .toList();
    }

    /** Waits for the end of processes that need not be our children. */
    static void awaitGone(List<ProcessHandle> processes, Duration limit) throws StackException {
        Await.until("gone", limit, () -> {
            for (ProcessHandle process : processes) {
                if (runs(process)) {
                    return false;
                }
            }
            return true;
        });
    }

    /** Whether a process still runs. A zombie does not, and the init of a container may leave it one for ever. */
    private static boolean runs(ProcessHandle process) throws IOException {
        Path stat = Path.of("/proc", Long.toString(process.pid()), "stat");
        if (!Files.exists(stat)) {
            return process.isAlive();
        }
        String columns = Files.readString(stat);
        return columns.charAt(columns.lastIndexOf(") ") + 2) != 'Z';
    }

    /** Waits for the end of the process. Returns whether it came within the limit. */
    boolean ended(Duration limit) throws StackException {
        try {
            return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted", interrupted);
        }
    }
}
