package io.tally.ingest;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/** The poll loops of this engine, for those who look on. */
@ApplicationScoped
public class Readers {

    private static final Comparator<ReaderState.Partition> BY_NUMBER =
            Comparator.comparingInt(ReaderState.Partition::partition).thenComparing(ReaderState.Partition::view);

    private final List<PollLoop> loops = new CopyOnWriteArrayList<>();
    private volatile PollLoop catchUp;

    void add(PollLoop loop) {
        loops.add(loop);
    }

    /** Adds the one that is in no group and reads now and then. */
    void addCatchUp(PollLoop loop) {
        catchUp = loop;
    }

    List<PollLoop> loops() {
        return List.copyOf(loops);
    }

    /** States of the poll loops, in the order of their threads. */
    public List<ReaderState> states() {
        return loops.stream().map(PollLoop::state).toList();
    }

    /** The same, with the one that catches up, which need not have a connection. */
    public List<ReaderState> threads() {
        return all().map(PollLoop::state).toList();
    }

    void stop() {
        all().forEach(PollLoop::askToStop);
        all().forEach(PollLoop::stop);
    }

    private Stream<PollLoop> all() {
        return Stream.concat(loops.stream(), Stream.ofNullable(catchUp));
    }

    /** The partitions of all loops for all views, by number. */
    public List<ReaderState.Partition> partitions() {
        return states().stream()
                .flatMap(state -> state.partitions().stream())
                .sorted(BY_NUMBER)
                .toList();
    }

    /** How many partitions this engine reads, each counted for every view that it is read for. */
    public long read() {
        return partitions().stream()
                .filter(partition -> partition.phase() == ReaderState.Phase.READING)
                .count();
    }

    /** How many partitions are assigned to this engine that it does not read for a view: not yet, or not any more. */
    public long unread(String view) {
        return partitions(view).stream()
                .filter(partition -> partition.phase() != ReaderState.Phase.READING)
                .count();
    }

    /** The partitions of all loops for one view, by number. */
    public List<ReaderState.Partition> partitions(String view) {
        return partitions().stream()
                .filter(partition -> partition.view().equals(view))
                .toList();
    }

    /** Records that the broker has beyond the positions of a view in its partitions. */
    public long lagRecords(String view) {
        return lagRecords(partitions(view));
    }

    /** The same, of partitions that are at hand. */
    public static long lagRecords(List<ReaderState.Partition> ofView) {
        return ofView.stream()
                .mapToLong(partition -> Math.max(0, partition.lagRecords()))
                .sum();
    }
}
