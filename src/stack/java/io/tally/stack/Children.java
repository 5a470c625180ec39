package io.tally.stack;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** All processes started here, so that a stop in the middle of a start finds each of them and no other comes after. */
final class Children {

    private final List<Child> alive = new ArrayList<>();
    private boolean closed;

    /**
     * Starts a process whose output is appended to a log.
     *
     * @param orphanSignal name of the signal that ends the process if this one is gone
     * @throws StackException if the program cannot be run, or the stack is being stopped
     */
    synchronized Child start(ProcessBuilder builder, Path log, String orphanSignal) throws StackException {
        if (closed) {
            throw new StackException("not started: the stack is being stopped");
        }
        alive.removeIf(child -> !child.isAlive());
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        Child child = Child.start(builder, orphanSignal);
        alive.add(child);
        return child;
    }

    /** Refuses to start anything from now on. */
    synchronized void close() {
        closed = true;
    }

    synchronized boolean closed() {
        return closed;
    }

    /**
     * Ends what is left, cleanly if it comes to that within the limit, otherwise by SIGKILL.
     *
     * @throws StackException if something survives even that
     */
    synchronized void endAll(Duration limit) throws StackException {
        List<Child> left = alive.stream().filter(Child::isAlive).toList();
        left.forEach(Child::terminate);
        for (Child child : left) {
            if (!child.ended(limit)) {
                List<ProcessHandle> family = child.haltedFamily();
                family.forEach(ProcessHandle::destroyForcibly);
                Child.awaitGone(family, limit);
            }
        }
    }
}
