package io.tally.simulation;

import java.util.PriorityQueue;

/** Virtual time, in epoch ms, and what is to happen in it. Things due at the same time happen in the order of asking. */
final class Timeline {

    private record Event(long atMs, long number, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return atMs != other.atMs ? Long.compare(atMs, other.atMs) : Long.compare(number, other.number);
        }
    }

    /** A run has some thousands; one that has many more goes round in circles. */
    private static final long MOST_EVENTS = 2_000_000;

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long nowMs;
    private long asked;

    Timeline(long startMs) {
        nowMs = startMs;
    }

    long nowMs() {
        return nowMs;
    }

    void at(long timeMs, Runnable action) {
        if (asked > MOST_EVENTS) {
            throw new IllegalStateException("the run goes round in circles, nowMs=" + nowMs);
        }
        events.add(new Event(Math.max(timeMs, nowMs), asked++, action));
    }

    void after(long delayMs, Runnable action) {
        at(nowMs + delayMs, action);
    }

    /** Lets everything happen that is due up to the given time. */
    void runUntil(long timeMs) {
        while (!events.isEmpty() && events.peek().atMs() <= timeMs) {
            Event event = events.poll();
            nowMs = event.atMs();
            event.action().run();
        }
        nowMs = timeMs;
    }
}
