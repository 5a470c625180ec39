package io.tally.stack;

import java.nio.file.Path;
import java.time.Duration;

/**
 * One of the services: a process that is started, stopped, killed and started again on the same data and port.
 * Its life cycle belongs to the thread that runs commands; a stop of the whole stack may cut in at any time.
 */
abstract sealed class Service permits Postgres, Broker, Connect {

    /** What a start takes on two cores, ten seconds, times thirty: a broker was seen to take two minutes beside much else. */
    static final Duration START_LIMIT = Duration.ofSeconds(300);

    static final Duration STOP_LIMIT = Duration.ofSeconds(60);
    static final Duration KILL_LIMIT = Duration.ofSeconds(10);

    private final String name;
    private final int port;
    private final Path log;
    private final Children children;
    private volatile Child child;

    /** The process whose end would be news: it was ready, and nobody has asked it to end. */
    private volatile Child guarded;

    Service(String name, int port, Workspace workspace, Children children) {
        this.name = name;
        this.port = port;
        this.log = workspace.logs().resolve(name + ".log");
        this.children = children;
    }

    /** Starts the process and waits until clients are served. */
    abstract void launch() throws StackException;

    /** Asks the process for its clean end. */
    void askToEnd(Child running) throws StackException {
        running.terminate();
    }

    /** Ends the process without asking, and whatever it has forked. */
    void forceToEnd(Child running) throws StackException {
        running.kill();
        awaitEnd(running, KILL_LIMIT);
    }

    /** Starts the service and returns when it is ready. */
    final void start() throws StackException {
        if (isRunning()) {
            throw new StackException("runs already, as process " + child.pid());
        }
        launch();
        Child ready = child;
        guarded = ready;
        ready.onEnd(() -> {
            if (guarded == ready && !children.closed()) {
                System.out.printf("%s: ended by itself with code %d, its log is %s%n", name, ready.exitCode(), log);
            }
        });
    }

    /** Asks the service to end, and returns when it has. */
    final void stop() throws StackException {
        Child running = running();
        guarded = null;
        askToEnd(running);
        awaitEnd(running, STOP_LIMIT);
    }

    /** Ends the service as a crash would, and returns when nothing of it is left. */
    final void kill() throws StackException {
        Child running = running();
        guarded = null;
        forceToEnd(running);
    }

    /** Starts the process behind this service; the first step of {@link #launch}. */
    final Child spawn(ProcessBuilder builder, String orphanSignal) throws StackException {
        Child started = children.start(builder, log, orphanSignal);
        child = started;
        return started;
    }

    /** Runs a program that prepares the service, and returns when it has ended well. */
    final void runToEnd(ProcessBuilder builder, String what) throws StackException {
        Child started = children.start(builder, log, "TERM");
        if (!started.ended(START_LIMIT)) {
            started.kill();
            throw new StackException("%s did not end within %d s".formatted(what, START_LIMIT.toSeconds()));
        }
        if (started.exitCode() != 0) {
            throw new StackException("%s ended with code %d".formatted(what, started.exitCode()));
        }
    }

    private void awaitEnd(Child running, Duration limit) throws StackException {
        if (!running.ended(limit)) {
            throw new StackException("process %d still runs after %d s".formatted(running.pid(), limit.toSeconds()));
        }
    }

    private Child running() throws StackException {
        Child running = child;
        if (running == null || !running.isAlive()) {
            throw new StackException("is not running");
        }
        return running;
    }

    final boolean isRunning() {
        Child running = child;
        return running != null && running.isAlive();
    }

    /** Process id, while {@link #isRunning}. */
    final long pid() {
        return child.pid();
    }

    final String name() {
        return name;
    }

    final int port() {
        return port;
    }

    final Path log() {
        return log;
    }
}
