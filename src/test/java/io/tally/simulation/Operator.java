package io.tally.simulation;

import java.util.SplittableRandom;

/**
 * Who runs engines that have stopped, because they are told to at data loss, or because filling would not help: looks now
 * and then, and starts one again, in the end with {@code tally.rebuild=true}.
 */
final class Operator {

    private final World world;
    private final SplittableRandom random;

    Operator(World world) {
        this.world = world;
        this.random = world.random("operator");
    }

    void look() {
        for (int slot = 0; slot < world.instances.size(); slot++) {
            Instance engine = world.instances.get(slot);
            if (engine != null && engine.isRunning() && engine.hasStopped()) {
                act(engine, slot);
            } else if (engine != null && engine.isRunning() && engine.owesFill() && world.isCalm()) {
                engine.crash();
                world.startEngine(slot, true);
            }
        }
        world.timeline.after(500 + random.nextInt(4_000), this::look);
    }

    private void act(Instance engine, int slot) {
        world.happened(FaultKind.STOPPED);
        world.views.getFirst().checker.checkSaysWhatToDo(engine.stoppedBecause());
        if (world.isCalm() || random.nextBoolean()) {
            engine.crash();
            // A start without it must not go on as if nothing had happened.
            world.startEngine(slot, world.isCalm() || random.nextInt(3) > 0);
        }
    }
}
