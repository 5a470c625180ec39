package io.tally.chaos;

import java.util.Arrays;
import java.util.List;

/**
 * The kinds of faults, by the hand that causes them: one meets the engines and their network, one the services. Where results
 * have a server of their own, that is the database, and what is called after PostgreSQL meets the source.
 */
enum Fault {
    /** SIGKILL at any moment, and a new process. */
    ENGINE_KILLED(Hand.ENGINES),
    /** SIGKILL while its transaction waits for a row. */
    ENGINE_KILLED_IN_TRANSACTION(Hand.ENGINES),
    /** SIGKILL when its transaction is committed and the answer has not arrived. */
    ENGINE_KILLED_BEFORE_ANSWER(Hand.ENGINES),
    /** SIGSTOP and SIGCONT, for shorter and for longer than the session timeout. */
    ENGINE_FROZEN(Hand.ENGINES),
    /** SIGSTOP while its transaction waits for a row, which it then gets, and SIGCONT when others have its partitions. */
    ENGINE_FROZEN_IN_TRANSACTION(Hand.ENGINES),
    /** A batch that arrives when the engine, frozen meanwhile, has lost its partitions. */
    PUBLICATION_LATE(Hand.ENGINES),
    /** The connection is reset when a transaction is committed and the answer has not arrived. */
    ANSWER_LOST(Hand.ENGINES),
    /** A second engine is started or, the next time, stopped. */
    ENGINE_ADDED_OR_STOPPED(Hand.ENGINES),
    DATABASE_CUT(Hand.ENGINES),
    DATABASE_SLOW(Hand.ENGINES),
    DATABASE_RESET(Hand.ENGINES),
    SOURCE_CUT(Hand.ENGINES, true),
    SOURCE_SLOW(Hand.ENGINES, true),
    SOURCE_RESET(Hand.ENGINES, true),
    BROKER_CUT(Hand.ENGINES),
    BROKER_SLOW(Hand.ENGINES),
    BROKER_RESET(Hand.ENGINES),

    /** Clean stop and start. */
    POSTGRES_STOPPED(Hand.SERVICES),
    /** SIGKILL to all of it, and start. */
    POSTGRES_KILLED(Hand.SERVICES),
    RESULTS_STOPPED(Hand.SERVICES, true),
    RESULTS_KILLED(Hand.SERVICES, true),
    BROKER_STOPPED(Hand.SERVICES),
    BROKER_KILLED(Hand.SERVICES),
    CONNECT_KILLED(Hand.SERVICES),
    /** The connector and its task are restarted through Connect's REST interface. */
    CONNECTOR_RESTARTED(Hand.SERVICES),
    /** The database ends all sessions of engines. */
    SESSIONS_ENDED(Hand.SERVICES),
    /** The replica identity is DEFAULT for a while, seen by a look or between two. */
    REPLICA_IDENTITY_CHANGED(Hand.SERVICES),
    /** Bad records come while nobody can write dead letters: one engine has no right, the other one finds them refused. */
    DEAD_LETTERS_REFUSED(Hand.SERVICES),
    /** The results, without the orders, are put back to an earlier moment. */
    RESULTS_RESTORED(Hand.SERVICES);

    /** Faults of one hand come one after another, those of two hands at the same time. */
    enum Hand {
        ENGINES,
        SERVICES
    }

    private final Hand hand;
    private final boolean needsTwoDatabases;

    Fault(Hand hand) {
        this(hand, false);
    }

    Fault(Hand hand, boolean needsTwoDatabases) {
        this.hand = hand;
        this.needsTwoDatabases = needsTwoDatabases;
    }

    static List<Fault> of(Hand hand, boolean twoDatabases) {
        return Arrays.stream(values())
                .filter(fault -> fault.hand == hand && (twoDatabases || !fault.needsTwoDatabases))
                .toList();
    }
}
