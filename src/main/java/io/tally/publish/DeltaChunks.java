package io.tally.publish;

import io.tally.view.View;
import io.tally.window.Batch;
import io.tally.window.Groups;
import io.tally.window.WindowDeltas;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The deltas of batches as columns, cut into parameters for statements of bounded size, each made when it is asked for:
 * they take several times the memory of what they are made from. The shares of several partitions in one row are added up. Rows
 * are in the order of their key, so that engines that write to the same rows never wait for each other in a circle.
 */
final class DeltaChunks implements Iterator<Tuple> {

    /** Rows that a server adds in a second or two, and most batches have fewer of. */
    static final int MOST_ROWS = 20_000;

    /** The share of one partition in a window, group by group. */
    private static final class Share implements Comparable<Share> {

        private final Long startMs;
        private final Groups groups;
        /** In order; made when they are needed. */
        private int[] slots;

        private int next;

        Share(WindowDeltas deltas) {
            startMs = deltas.startMs();
            groups = deltas.groups();
        }

        boolean isOver() {
            slots = slots == null ? groups.inOrder() : slots;
            return next == slots.length;
        }

        int slot() {
            return slots[next];
        }

        @Override
        public int compareTo(Share other) {
            return groups.compare(slot(), other.groups, other.slot());
        }
    }

    private final Iterator<List<Share>> windows;
    private final PriorityQueue<Share> shares = new PriorityQueue<>();
    private final GroupColumns groups;

    DeltaChunks(List<Batch> batches, View view) {
        groups = new GroupColumns(view);
        SortedMap<Long, List<Share>> all = new TreeMap<>();
        for (Batch batch : batches) {
            for (WindowDeltas deltas : batch.deltas()) {
                all.computeIfAbsent(deltas.startMs(), start -> new ArrayList<>(1))
                        .add(new Share(deltas));
            }
        }
        windows = all.values().iterator();
    }

    @Override
    public boolean hasNext() {
        while (shares.isEmpty() && windows.hasNext()) {
            windows.next().stream().filter(share -> !share.isOver()).forEach(shares::add);
        }
        return !shares.isEmpty();
    }

    /** Parameters in the order: window starts in ms if there are windows, keys, totals. */
    @Override
    public Tuple next() {
        int rows = 0;
        // Not cut between the shares of one group.
        boolean isSameGroup = false;
        while (hasNext() && (rows < MOST_ROWS || isSameGroup)) {
            Share share = shares.poll();
            int slot = share.slot();
            if (isSameGroup) {
                groups.add(rows - 1, share.groups, slot);
            } else {
                groups.set(rows++, share.startMs, share.groups, slot);
            }
            isSameGroup = !shares.isEmpty() && share.compareTo(shares.peek()) == 0;
            share.next++;
            if (!share.isOver()) {
                shares.add(share);
            }
        }
        Tuple parameters = Tuple.tuple();
        groups.addTo(parameters, rows);
        return parameters;
    }
}
