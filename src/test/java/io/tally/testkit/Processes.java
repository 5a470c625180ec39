package io.tally.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Small things about processes. */
public final class Processes {

    private Processes() {}

    /** The java that runs this test. */
    public static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /**
     * A port of the loopback address that is free now, and that no connection takes as its own end before somebody listens
     * there: systems choose those from 32768 on. The stacks have theirs below.
     */
    public static int freePort() {
        while (true) {
            int port = ThreadLocalRandom.current().nextInt(25_000, 32_000);
            try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (BindException taken) {
                // Another one.
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Sends a signal, as kill(1) names it. */
    public static void signal(Process process, String signal) {
        try {
            Process kill = new ProcessBuilder("kill", "-" + signal, Long.toString(process.pid()))
                    .inheritIO()
                    .start();
            if (kill.waitFor() != 0) {
                throw new IllegalStateException("kill -" + signal + " " + process.pid() + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Waits for the end of a process; returns its exit code. */
    public static int awaitExit(Process process, long seconds) {
        if (!endsWithin(process, Duration.ofSeconds(seconds))) {
            throw new AssertionError("process " + process.pid() + " has not ended after " + seconds + " s");
        }
        return process.exitValue();
    }

    /** Waits for the end of a process; returns whether it has come. */
    static boolean endsWithin(Process process, Duration limit) {
        try {
            return process.waitFor(limit);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** Processor time that a running process has taken, user and system. */
    public static double cpuSeconds(ProcessHandle process) {
        return process.info().totalCpuDuration().orElseThrow().toMillis() / 1e3;
    }
}
