package io.tally.publish;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.function.Predicate;

/**
 * Compares the groups of two sides, which come in the same order and in batches, whichever side is ahead. It holds one batch of
 * each, and the groups that differ.
 */
final class GroupMerge {

    private final Predicate<AuditedGroup> wanted;
    private final int most;
    private final Side found = new Side("the results");
    private final Side expected = new Side("the source");
    private final List<Difference> differences = new ArrayList<>();

    /**
     * @param wanted which groups count
     * @param most differences after which it ends, whatever follows
     */
    GroupMerge(Predicate<AuditedGroup> wanted, int most) {
        this.wanted = wanted;
        this.most = most;
    }

    /** The results' side. */
    Side found() {
        return found;
    }

    /** The source's side. */
    Side expected() {
        return expected;
    }

    List<Difference> differences() {
        return differences;
    }

    /** Whether it has ended early: groups behind the last difference were not compared. */
    boolean isCut() {
        return differences.size() == most;
    }

    /** Compares as much as there is of both sides. Returns whether more is needed. */
    boolean advance() {
        while (!isCut() && !found.needsBatch() && !expected.needsBatch()) {
            if (found.next == null && expected.next == null) {
                return false;
            }
            int order = order(found.next, expected.next);
            AuditedGroup has = order <= 0 ? found.take() : null;
            AuditedGroup should = order >= 0 ? expected.take() : null;
            if ((has == null || should == null || !has.totals().equals(should.totals()))
                    && wanted.test(has == null ? should : has)) {
                differences.add(new Difference(has, should));
            }
        }
        return !isCut();
    }

    /** A side that has ended is behind everything. */
    private static int order(AuditedGroup has, AuditedGroup should) {
        if (has == null || should == null) {
            return has == null ? 1 : -1;
        }
        return AuditedGroup.ORDER.compare(has, should);
    }

    /** Groups of a side that have come and were not compared yet. */
    static final class Side {

        private final String name;
        private Iterator<AuditedGroup> ahead = Collections.emptyIterator();
        private AuditedGroup next;
        private AuditedGroup last;
        private boolean hasEnded;

        private Side(String name) {
            this.name = name;
        }

        /** Whether nothing goes on without another batch of it. */
        boolean needsBatch() {
            return next == null && !hasEnded;
        }

        /**
         * Takes the next batch, of a side that needs one.
         *
         * @param isLast whether no other follows
         */
        void feed(List<AuditedGroup> batch, boolean isLast) {
            ahead = batch.iterator();
            hasEnded = isLast;
            step();
        }

        private AuditedGroup take() {
            last = next;
            step();
            return last;
        }

        /**
         * A server that orders otherwise would make differences where there are none, and the second comparison would confirm
         * them.
         */
        private void step() {
            next = ahead.hasNext() ? ahead.next() : null;
            if (last != null && next != null && AuditedGroup.ORDER.compare(last, next) > 0) {
                throw new IllegalStateException("groups of %s came out of order: window=%s after window=%s"
                        .formatted(name, next.windowStart(), last.windowStart()));
            }
        }
    }
}
