package io.tally.stack;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/**
 * Finds free TCP ports, and says who sits on a taken one. A port is found long before its service listens, so stacks that
 * run side by side look in different places: each holds the first port of its own.
 */
final class Ports {

    /**
     * Below the range from which systems pick the near end of outgoing connections (Linux 32768, macOS 49152). A port
     * inside it could be lost between a kill and the next start: to any connection, even to a client of the dead
     * service, which by trying the port again and again ends up connected to itself.
     */
    private static final int FREE_FROM = 15_000;

    private static final int FREE_TO = 25_000;
    /** The ports of one stack, many more than it takes. */
    private static final int RANGE = 100;

    private static final int CONNECT_TIMEOUT_MS = 500;

    /** State LISTEN in /proc/net/tcp, see the kernel's tcp_states.h. */
    private static final String LISTEN = "0A";

    private final Set<Integer> given = new HashSet<>();
    /** Open until this process ends. */
    private final ServerSocket first;

    /** @throws StackException if there is no range that nobody else has begun */
    Ports() throws StackException {
        first = holdFirst();
    }

    private static ServerSocket holdFirst() throws StackException {
        int ranges = (FREE_TO - FREE_FROM) / RANGE;
        int any = ThreadLocalRandom.current().nextInt(ranges);
        for (int i = 0; i < ranges; i++) {
            try {
                return bind(FREE_FROM + (any + i) % ranges * RANGE);
            } catch (IOException taken) {
                // Perhaps the next one is free.
            }
        }
        throw new StackException("no free range of ports between %d and %d".formatted(FREE_FROM, FREE_TO));
    }

    /**
     * Turns a requested port into one to use.
     *
     * @param wanted the port, 0 for any free one
     * @param name what wants it, for the message
     * @param remedy how the user moves it, for the message
     * @throws StackException if the port is taken
     */
    int claim(int wanted, String name, String remedy) throws StackException {
        if (wanted == 0) {
            return free();
        }
        if (!given.add(wanted)) {
            throw new StackException("port %d is wanted twice, also by %s; %s".formatted(wanted, name, remedy));
        }
        if (taken(wanted)) {
            String who = owner(wanted)
                    .map(process -> "process %d (%s)".formatted(process.pid(), commandLine(process)))
                    .orElse("a process that cannot be made out from here");
            throw new StackException("port %d, wanted by %s, is taken by %s; %s".formatted(wanted, name, who, remedy));
        }
        return wanted;
    }

    /** A free port, which is not given out again. */
    int free() throws StackException {
        for (int port = first.getLocalPort() + 1; port < first.getLocalPort() + RANGE; port++) {
            if (!given.contains(port) && !taken(port)) {
                given.add(port);
                return port;
            }
        }
        throw new StackException("no free port among the %d from %d on".formatted(RANGE, first.getLocalPort()));
    }

    /** Whether someone listens where a client of "localhost" would end up, or the port cannot be bound. */
    static boolean taken(int port) {
        return accepts(port) || !binds(port);
    }

    /** Whether a connection to the port on a loopback address is accepted. */
    static boolean accepts(int port) {
        try {
            for (InetAddress address : InetAddress.getAllByName("localhost")) {
                try (Socket socket = new Socket()) {
                    socket.connect(new InetSocketAddress(address, port), CONNECT_TIMEOUT_MS);
                    return true;
                } catch (IOException refused) {
                    // Nobody there; the next address may differ, since IPv4 and IPv6 are bound apart.
                }
            }
            return false;
        } catch (IOException noLocalhost) {
            return false;
        }
    }

    private static boolean binds(int port) {
        try {
            bind(port).close();
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    private static ServerSocket bind(int port) throws IOException {
        return new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1"));
    }

    /** The process that listens on the port; empty off Linux, and for processes of other users. */
    static Optional<ProcessHandle> owner(int port) {
        try {
            Set<String> sockets = new HashSet<>();
            collectListeners(Path.of("/proc/net/tcp"), port, sockets);
            collectListeners(Path.of("/proc/net/tcp6"), port, sockets);
            if (sockets.isEmpty()) {
                return Optional.empty();
            }
            return ProcessHandle.allProcesses()
                    .filter(process -> holdsAny(process, sockets))
                    .findFirst();
        } catch (IOException unreadable) {
            return Optional.empty();
        }
    }

    /** Adds the sockets that listen on the port, named as the links in /proc/PID/fd name them. */
    private static void collectListeners(Path table, int port, Set<String> sockets) throws IOException {
        if (!Files.exists(table)) {
            return;
        }
        String suffix = ":%04X".formatted(port);
        for (String line : Files.readAllLines(table)) {
            // sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode ...
            String[] columns = line.strip().split("\\s+");
            if (columns.length > 9 && columns[1].endsWith(suffix) && columns[3].equals(LISTEN)) {
                sockets.add("socket:[" + columns[9] + "]");
            }
        }
    }

    private static boolean holdsAny(ProcessHandle process, Set<String> sockets) {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc", Long.toString(process.pid()), "fd"))) {
            for (Path descriptor : (Iterable<Path>) descriptors::iterator) {
                try {
                    if (sockets.contains(Files.readSymbolicLink(descriptor).toString())) {
                        return true;
                    }
                } catch (NoSuchFileException closed) {
                    // Closed since the listing.
                }
            }
            return false;
        } catch (IOException goneOrForbidden) {
            return false;
        }
    }

    private static String commandLine(ProcessHandle process) {
        return process.info()
                .commandLine()
                .or(() -> process.info().command())
                .map(line -> line.length() > 200 ? line.substring(0, 200) + "..." : line)
                .orElse("command unknown");
    }
}
