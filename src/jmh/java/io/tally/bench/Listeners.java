package io.tally.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Open pages, as the engine sees them: connections that take every event of {@code /api/stream}. One thread throws the bytes
 * away, because what it costs to look at them is not the engine's business.
 */
final class Listeners implements AutoCloseable {

    private static final byte[] REQUEST =
            "GET /api/stream HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII);

    private final Selector selector;
    private final Thread thread;
    private final AtomicLong bytes = new AtomicLong();
    private volatile boolean closed;
    private volatile Exception failure;

    Listeners(int port, int count) throws IOException {
        selector = Selector.open();
        for (int i = 0; i < count; i++) {
            SocketChannel channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            channel.write(ByteBuffer.wrap(REQUEST));
            channel.configureBlocking(false);
            channel.register(selector, SelectionKey.OP_READ);
        }
        thread = Thread.ofPlatform().name("listeners").start(this::read);
    }

    /** What has come so far. */
    long bytes() {
        return bytes.get();
    }

    private void read() {
        ByteBuffer away = ByteBuffer.allocateDirect(1 << 16);
        try {
            while (!closed) {
                selector.select(key -> read((SocketChannel) key.channel(), away));
            }
        } catch (IOException | UncheckedIOException e) {
            failure = e;
        }
    }

    private void read(SocketChannel channel, ByteBuffer away) {
        try {
            int read = channel.read(away.clear());
            if (read < 0) {
                throw new IOException("the engine has closed a stream");
            }
            bytes.addAndGet(read);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Leaves; fails if a stream did before. */
    @Override
    public void close() throws IOException, InterruptedException {
        closed = true;
        selector.wakeup();
        thread.join();
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
        if (failure != null) {
            throw new IOException("not all pages stayed open", failure);
        }
    }
}
