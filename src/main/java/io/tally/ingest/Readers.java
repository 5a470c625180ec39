package io.tally.ingest;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The poll loops of this engine, for those who look on. */
@ApplicationScoped
public class Readers {

    private final List<PollLoop> loops = new CopyOnWriteArrayList<>();

    void add(PollLoop loop) {
        loops.add(loop);
    }

    List<PollLoop> loops() {
        return List.copyOf(loops);
    }

    /** What each poll loop is doing, in the order of their threads. */
    public List<ReaderState> states() {
        return loops.stream().map(PollLoop::state).toList();
    }

    /** The partitions of all loops, by number. */
    public List<ReaderState.Partition> partitions() {
        return states().stream()
                .flatMap(state -> state.partitions().stream())
                .sorted(Comparator.comparingInt(ReaderState.Partition::partition))
                .toList();
    }

    /** How many partitions are assigned to this engine that it does not read: not yet, or not any more. */
    public long unread() {
        return partitions().stream()
                .filter(partition -> partition.phase() != ReaderState.Phase.READING)
                .count();
    }

    /** Records that the broker has beyond the positions of all partitions, as far as that is known. */
    public long lagRecords() {
        return partitions().stream()
                .mapToLong(ReaderState.Partition::lagRecords)
                .filter(lag -> lag > 0)
                .sum();
    }
}
