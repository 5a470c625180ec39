package io.tally.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** What a run of chaos has done and measured. Safe for use by many threads. */
final class Score {

    private record Recovery(Duration time, boolean disturbed) {}

    private final Map<Fault, Integer> faults = new EnumMap<>(Fault.class);
    private final List<Recovery> recoveries = new ArrayList<>();
    private int missed;

    synchronized void count(Fault fault) {
        faults.merge(fault, 1, Integer::sum);
    }

    synchronized boolean has(Fault fault) {
        return faults.containsKey(fault);
    }

    /** A fault that did not come about, because another one was in the way. */
    synchronized void miss() {
        missed++;
    }

    /** @param disturbed whether a service was away for some of the time */
    synchronized void recovered(Duration time, boolean disturbed) {
        recoveries.add(new Recovery(time, disturbed));
    }

    synchronized String summary() {
        int total = faults.values().stream().mapToInt(Integer::intValue).sum();
        return "faults=" + total + " kinds=" + faults.size() + " " + faults + " missed=" + missed
                + "; from process start to caught up: " + times(false) + "; with a service away meanwhile: "
                + times(true);
    }

    private String times(boolean disturbed) {
        List<Duration> times = recoveries.stream()
                .filter(recovery -> recovery.disturbed == disturbed)
                .map(Recovery::time)
                .sorted()
                .toList();
        return times.isEmpty()
                ? "none"
                : "%d times, median %.1f s, worst %.1f s"
                        .formatted(times.size(), seconds(times.get(times.size() / 2)), seconds(times.getLast()));
    }

    private static double seconds(Duration time) {
        return time.toMillis() / 1000.0;
    }
}
