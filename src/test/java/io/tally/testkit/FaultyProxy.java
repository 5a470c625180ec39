package io.tally.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A network between a client and a server on the loopback address that fails on request: what is sent is held back without
 * a word, in one direction or both, or comes late, or the connections are reset. What is held back arrives when the fault
 * is over, as TCP would repeat it, unless its connection has been reset meanwhile.
 */
public final class FaultyProxy implements AutoCloseable {

    private static final int BUFFER_BYTES = 64 * 1024;
    /** More than a batch of the tests. */
    private static final int MOST_HELD_BYTES = 1024 * 1024;

    private static final long LOOK_MS = 20;

    private final ServerSocket server;
    private final int targetPort;
    private final Direction requests = new Direction();
    private final Direction answers = new Direction();
    private final Set<Link> links = ConcurrentHashMap.newKeySet();

    /** @param port where to listen, or 0 for any free port */
    public FaultyProxy(int port, int targetPort) {
        this.targetPort = targetPort;
        try {
            server = new ServerSocket();
            server.setReuseAddress(true);
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException e) {
            throw new UncheckedIOException("no proxy on port " + port, e);
        }
        Thread.ofVirtual().name("proxy-" + targetPort).start(this::accept);
    }

    public int port() {
        return server.getLocalPort();
    }

    /** From client to server. */
    public Direction requests() {
        return requests;
    }

    /** From server to client. */
    public Direction answers() {
        return answers;
    }

    /** Silence in both directions; connections stay open. */
    public void cut() {
        requests.hold();
        answers.hold();
    }

    /** Lets everything arrive late. */
    public void slow(Duration delay) {
        requests.delay(delay);
        answers.delay(delay);
    }

    /** Resets all connections there are. */
    public void reset() {
        links.forEach(Link::reset);
    }

    /** Ends all faults. */
    public void heal() {
        slow(Duration.ZERO);
        requests.release();
        answers.release();
    }

    @Override
    public void close() throws IOException {
        server.close();
        reset();
        heal();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                Thread.ofVirtual().start(() -> connect(client));
            } catch (IOException e) {
                // Closed, or the client has changed its mind.
            }
        }
    }

    private void connect(Socket client) {
        try {
            Socket target = new Socket(InetAddress.getLoopbackAddress(), targetPort);
            Link link = new Link(client, target);
            links.add(link);
            Thread.ofVirtual().start(() -> link.pump(client, target, requests));
            Thread.ofVirtual().start(() -> link.pump(target, client, answers));
        } catch (IOException e) {
            close(client, true);
        }
    }

    private static void close(Socket socket, boolean abruptly) {
        try {
            if (abruptly) {
                socket.setOption(StandardSocketOptions.SO_LINGER, 0);
            }
            socket.close();
        } catch (IOException e) {
            // It is closed already.
        }
    }

    private final class Link {
        private final Socket client;
        private final Socket target;

        Link(Socket client, Socket target) {
            this.client = client;
            this.target = target;
        }

        void pump(Socket from, Socket to, Direction direction) {
            byte[] buffer = new byte[BUFFER_BYTES];
            try {
                InputStream in = from.getInputStream();
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    int free = direction.lengthBeforeTrigger(buffer, n);
                    to.getOutputStream().write(buffer, 0, free);
                    to.getOutputStream().write(direction.travel(Arrays.copyOfRange(buffer, free, n), in));
                }
                // The end of a connection does not get through a cut either.
                direction.travel(new byte[0], InputStream.nullInputStream());
                end(false);
            } catch (IOException e) {
                end(true);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        void reset() {
            end(true);
        }

        private void end(boolean abruptly) {
            links.remove(this);
            close(client, abruptly);
            close(target, abruptly);
        }
    }

    /** One direction of all connections. */
    public static final class Direction {
        private boolean held;
        private String trigger;
        private volatile long delayMs;

        /** From now on nothing arrives. */
        public synchronized void hold() {
            held = true;
        }

        /** Nothing arrives from the first place on that has the text. */
        public synchronized void holdFrom(String text) {
            trigger = text;
        }

        /** Whether what was waited for has come. */
        public synchronized boolean isHeld() {
            return held;
        }

        /** Lets arrive what is held, and all that follows. */
        public synchronized void release() {
            held = false;
            trigger = null;
            notifyAll();
        }

        void delay(Duration delay) {
            delayMs = delay.toMillis();
        }

        /** How much of what was sent arrives as ever: all before the text, however much was read at once. */
        private synchronized int lengthBeforeTrigger(byte[] buffer, int length) {
            return held || trigger == null
                    ? 0
                    : Math.max(0, new String(buffer, 0, length, StandardCharsets.ISO_8859_1).indexOf(trigger));
        }

        /** Returns what arrives, when it does: the bytes sent and those that have caught up with them meanwhile. */
        private byte[] travel(byte[] sent, InputStream in) throws IOException, InterruptedException {
            if (delayMs > 0) {
                Thread.sleep(delayMs);
            }
            byte[] arriving = sent;
            synchronized (this) {
                held |= trigger != null && new String(sent, StandardCharsets.ISO_8859_1).contains(trigger);
                while (held) {
                    int more = Math.min(in.available(), MOST_HELD_BYTES - arriving.length);
                    if (more > 0) {
                        int length = arriving.length;
                        arriving = Arrays.copyOf(arriving, length + more);
                        in.readNBytes(arriving, length, more);
                    }
                    wait(LOOK_MS);
                }
            }
            return arriving;
        }
    }
}
