package io.tally.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The consumer group: who reads which partition. A partition moves when the member that has it has let go of it, which it
 * does at its next poll; from a member that is dead or stands still it is taken at once.
 */
final class Group {

    private final World world;
    /** Who is to have each partition, and who has it as the group sees it; null for nobody. */
    private final List<Instance> targets = new ArrayList<>();

    private final List<Instance> holders = new ArrayList<>();

    Group(World world) {
        this.world = world;
    }

    /** Spreads the partitions over the members that run; some may be taken from a member and given back to it. */
    void rebalance(SplittableRandom details) {
        List<Instance> members = world.instances.stream()
                .filter(one -> one != null && one.isRunning())
                .toList();
        int partitions = world.topic.partitions.size();
        boolean stable = details.nextBoolean();
        for (int partition = 0; partition < partitions; partition++) {
            if (partition == targets.size()) {
                targets.add(null);
                holders.add(null);
            }
            Instance before = targets.get(partition);
            Instance holder = holders.get(partition);
            boolean held = before != null && before.isRunning() && holder != null && holder.isAlive();
            if (!held || !stable || details.nextInt(3) == 0) {
                targets.set(partition, members.isEmpty() ? null : members.get(details.nextInt(members.size())));
                move(partition);
            }
        }
    }

    /** Takes all partitions away and gives them to whom they belong, as when the topic is made again. */
    void startOver() {
        for (int partition = 0; partition < targets.size(); partition++) {
            move(partition);
        }
    }

    private void move(int partition) {
        Instance holder = holders.get(partition);
        if (holder == null) {
            give(partition);
        } else if (!holder.isAlive() || holder.toGain.remove(partition)) {
            give(partition);
        } else if (!holder.isRunning()) {
            holder.toLose.add(partition);
            give(partition);
        } else {
            holder.toLose.add(partition);
        }
    }

    private void give(int partition) {
        Instance target = targets.get(partition);
        if (target != null && !target.isAlive()) {
            target = null;
        }
        holders.set(partition, target);
        if (target != null) {
            target.toGain.add(partition);
        }
    }

    /** A member has let go of a partition. */
    void hasLost(Instance member, int partition) {
        if (holders.get(partition) == member) {
            give(partition);
        }
    }

    boolean everyPartitionIsHeld() {
        return targets.size() == world.topic.partitions.size()
                && holders.stream().allMatch(one -> one != null && one.isAlive());
    }
}
