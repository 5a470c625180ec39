package io.tally.simulation;

import io.tally.simulation.Plan.Planned;
import io.tally.simulation.Simulation.Failure;
import java.util.ArrayList;
import java.util.List;

/** Makes a failing plan smaller for as long as it fails: leaves faults out, one after another, and transactions. */
final class Shrinker {

    private final Simulation simulation = new Simulation();
    private Failure smallest;

    private Shrinker(Failure failure) {
        smallest = failure;
    }

    static Failure shrink(Failure failure) {
        Shrinker shrinker = new Shrinker(failure);
        boolean smaller = true;
        while (smaller) {
            smaller = shrinker.withoutAView()
                    | shrinker.withoutAFault()
                    | shrinker.withoutAChance()
                    | shrinker.withFewerTransactions();
        }
        return shrinker.smallest;
    }

    private boolean fails(Plan plan) {
        Failure failure = simulation.run(plan);
        if (failure != null) {
            smallest = failure;
        }
        return failure != null;
    }

    private boolean withoutAView() {
        boolean any = false;
        for (int i = smallest.plan().views().size() - 1; i >= 0; i--) {
            List<Plan.Kept> fewer = new ArrayList<>(smallest.plan().views());
            fewer.remove(i);
            any |= fails(smallest.plan().withViews(fewer));
        }
        return any;
    }

    private boolean withoutAFault() {
        boolean any = false;
        for (int i = smallest.plan().faults().size() - 1; i >= 0; i--) {
            List<Planned> fewer = new ArrayList<>(smallest.plan().faults());
            fewer.remove(i);
            any |= fails(smallest.plan().withFaults(fewer));
        }
        return any;
    }

    private boolean withoutAChance() {
        boolean any = false;
        for (FaultKind kind : FaultKind.values()) {
            any |= smallest.plan().chances()[kind.ordinal()] > 0
                    && fails(smallest.plan().withoutChance(kind));
        }
        return any;
    }

    private boolean withFewerTransactions() {
        int now = smallest.plan().transactions();
        return now > 0
                && (fails(smallest.plan().withTransactions(now / 2))
                        || fails(smallest.plan().withTransactions(now - 1)));
    }
}
