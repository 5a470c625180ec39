package io.tally.simulation;

import java.util.List;

/**
 * A way in which the code could be wrong.
 *
 * <p>Not in the list, because the results stay exact: to send again, or to take for done, a batch whose answer was
 * lost, without reading the mark. The fence on the sequence refuses the next batch then, and the shard loads again. Nor
 * what an engine keeps of the source over what another one has kept meanwhile: the next look finds the same again.
 *
 * @param firstSeed the schedule to begin with; for what shows once in a hundred thousand, one that is known to show it
 * @param edits each replaces a text that stands exactly once in its file
 */
record Mutation(String name, long firstSeed, List<Edit> edits) {

    Mutation(String name, List<Edit> edits) {
        this(name, 1, edits);
    }

    record Edit(String file, String from, String to) {}

    private static final String SHARD = "src/main/java/io/tally/window/Shard.java";
    private static final String WINDOWS = "src/main/java/io/tally/window/ShardWindows.java";
    private static final String FILL_ID = "src/main/java/io/tally/window/FillId.java";
    private static final String FILL = "src/main/java/io/tally/window/FillFilter.java";
    private static final String DUPLICATES = "src/main/java/io/tally/window/DuplicateFilter.java";
    private static final String STORE = "src/main/java/io/tally/window/WindowStore.java";
    private static final String PUBLISHER = "src/main/java/io/tally/publish/Publisher.java";
    private static final String TAKEOVER = "src/main/java/io/tally/publish/Takeover.java";
    private static final String RULES = "src/main/java/io/tally/publish/LookRules.java";
    private static final String WATCH = "src/main/java/io/tally/publish/SourceWatch.java";
    private static final String LEDGER = "src/main/java/io/tally/publish/Ledger.java";
    private static final String VIEW_PARTITION = "src/main/java/io/tally/ingest/ViewPartition.java";
    private static final String ASSIGNED = "src/main/java/io/tally/ingest/AssignedPartition.java";
    private static final String READER = "src/main/java/io/tally/ingest/PartitionReader.java";
    private static final String CATCH_UP = "src/main/java/io/tally/ingest/CatchUp.java";
    private static final String POLLED = "src/main/java/io/tally/ingest/Polled.java";
    private static final String LOOP = "src/test/java/io/tally/ingest/SteppedPollLoop.java";
    private static final String SQL = "src/test/java/io/tally/simulation/DatabaseClient.java";
    private static final String RESULTS = "src/test/java/io/tally/simulation/Results.java";
    private static final String INSTANCE = "src/test/java/io/tally/simulation/Instance.java";

    static final List<Mutation> ALL = List.of(
            of(
                    "publish while replaying",
                    SHARD,
                    "if (replaying() || dataLoss != null || dropped) {",
                    "if (dataLoss != null || dropped) {"),
            of(
                    "replay ends one record early",
                    SHARD,
                    "return position < replayUntil;",
                    "return position + 1 < replayUntil;"),
            of(
                    "published windows grow while replaying",
                    SHARD,
                    "        if (replaying() || dataLoss != null || dropped) {\n            return null;",
                    """
                            if (replaying() || dataLoss != null || dropped) {
                                if (watermarkMs != NO_TIME) {
                                    windows.closeUpTo(window.startMs(watermarkMs));
                                }
                                return null;
                    """),
            of(
                    "published windows not restored",
                    WINDOWS,
                    "this.publishedUpToMs = publishedUpToMs;",
                    "this.publishedUpToMs = Shard.NO_TIME;"),
            of(
                    "replay applies published windows again",
                    SHARD,
                    "if (offset < replayUntil) {\n                return;",
                    "if (false) {\n                return;"),
            of("early windows not saved", SHARD, "windows.publishedEarly(),", "new long[0],"),
            of("no fence: owner", SQL, "|| !batch.owner().equals(found.owner())", ""),
            of("no fence: sequence", SQL, "|| batch.expectedSequence() != found.sequence()", ""),
            of(
                    "no fence but for the first batch",
                    SQL,
                    "for (Batch batch : batches) {\n                Checkpoint found",
                    "for (Batch batch : batches.subList(0, 1)) {\n                Checkpoint found"),
            new Mutation(
                    "position passes dead letters before they are taken",
                    List.of(
                            new Edit(
                                    INSTANCE,
                                    "            if (deadLetters.isEmpty()) {\n                apply(lossesBefore);",
                                    """
                                    apply(lossesBefore);
                                    if (deadLetters.isEmpty()) {
                                    """),
                            new Edit(
                                    INSTANCE,
                                    "                    apply(lossesBefore);\n                }));",
                                    "                }));"))),
            of(
                    "duplicates: lsn only",
                    DUPLICATES,
                    "if (isSameTransaction(change) || change.lastCommitLsn() == lastCommitLsn) {",
                    "if (true) {"),
            of(
                    "duplicates: pair only",
                    DUPLICATES,
                    "if (isSameTransaction(change) || change.lastCommitLsn() == lastCommitLsn) {",
                    "if (change.lastCommitLsn() == lastCommitLsn) {"),
            of(
                            "fill: what lies below another history need not have ended",
                            TAKEOVER,
                            "!logStarts.equals(filledLogStarts(facts)),",
                            "everywhere,")
                    .from(900_007_544),
            of(
                    "duplicates: equal pair is always one",
                    DUPLICATES,
                    "order == 0 && wasSeenAtThisPair(change)",
                    "order == 0"),
            of("duplicates: equal pair is never one", DUPLICATES, "order == 0 && wasSeenAtThisPair(change)", "false"),
            of("duplicates: none", DUPLICATES, "if (order < 0 || order == 0 &&", "if (false &&"),
            of(
                    "snapshot rows feed the duplicate filter",
                    SHARD,
                    "        } else {\n            counts.add(RecordOutcome.SNAPSHOT_ROW);",
                    "        } else {\n            duplicates.judge(change);"),
            of(
                    "incremental snapshot rows feed the duplicate filter",
                    SHARD,
                    "case INCREMENTAL_SNAPSHOT -> counts.add(RecordOutcome.SNAPSHOT_ROW);",
                    "case INCREMENTAL_SNAPSHOT -> duplicates.judge(change);"),
            of(
                    "snapshot rows count",
                    SHARD,
                    "case SNAPSHOT -> noticeSnapshot(offset, change);",
                    "case SNAPSHOT -> contribute(change.after(), 1, offset, nowMs);"),
            of(
                    "incremental snapshot rows count",
                    SHARD,
                    "case INCREMENTAL_SNAPSHOT -> counts.add(RecordOutcome.SNAPSHOT_ROW);",
                    "case INCREMENTAL_SNAPSHOT -> contribute(change.after(), 1, offset, nowMs);"),
            of(
                    "void: whatever column cannot be read, the change counts",
                    SHARD,
                    "return change.isReadable(settings.view().columns());",
                    "return true;"),
            of(
                    "history: any delete takes nothing back",
                    SHARD,
                    "return end <= change.commitTimeMs() - settings.historyOlderThanMs();",
                    "return true;"),
            of(
                    "history: its deletes are taken back",
                    SHARD,
                    "return end <= change.commitTimeMs() - settings.historyOlderThanMs();",
                    "return false;"),
            of(
                    "history: a fill leaves windows alone that a partition has not passed",
                    SQL,
                    "historyOlderThanMs(), database.results.finalUpToMs());",
                    "historyOlderThanMs(), Long.MAX_VALUE);"),
            of("void: owes nothing", SHARD, "if (isNews && settings.deadLetterOwesFill()) {", "if (false) {"),
            of(
                    "void: owed, but not kept",
                    SHARD,
                    "                owed,\n                judgedLsn);",
                    "                null,\n                judgedLsn);"),
            of(
                    "fault of a value: the row before is left",
                    SHARD,
                    "contribute(change.before(), -1, offset, nowMs);",
                    "if (!change.after().present() || read(change.after()) == null) contribute(change.before(), -1, offset, nowMs);"),
            of(
                    "fault of a value: the row after is lost",
                    SHARD,
                    "if (change.after().present()) {\n            advanceEventTime(",
                    "if (change.after().present() && (!change.before().present() || read(change.before()) == null)) {\n"
                            + "                        advanceEventTime("),
            of("new snapshot run not noticed", SHARD, "if (change.lsn() > fillId.lsn()) {", "if (false) {"),
            of("truncate not noticed", SHARD, "if (settings.truncateIsDataLoss() &&", "if (false &&"),
            of(
                    "lsn going back not noticed",
                    DUPLICATES,
                    "isNewerThanAllSeen(change) ? Verdict.WENT_BACK : Verdict.DUPLICATE",
                    "Verdict.DUPLICATE"),
            of("visibility filter off", FILL, "return visibility != null\n", "return false && visibility != null\n"),
            of(
                    "visibility filter never retired",
                    FILL,
                    "return Math.max(change.lastCommitLsn(), change.lsn()) >= fillLsn;",
                    "return false;"),
            of(
                    "visibility filter retired too early",
                    SQL,
                    "fillLsn = world.source.lsn();",
                    "fillLsn = snapshotLsn - 100;"),
            of(
                    "visibility saved as retired too early",
                    FILL,
                    "return retiredAt < offset ? null : visibility;",
                    "return retiredAt != NEVER ? null : visibility;"),
            of(
                    "filter saved as of position",
                    SHARD,
                    "resume.before(),",
                    "duplicates.resumePointBehind(position).before(),"),
            of("runs split: state after the record", DUPLICATES, "if (!inRun) {", "if (true) {"),
            of("runs split: state after the first record", DUPLICATES, "run.size() == 1 ? stateBeforeRun() :", ""),
            of("runs split: the record's own key is saved", DUPLICATES, "state(run.size() - 1)", "state(run.size())"),
            of("runs split: keys not saved", DUPLICATES, "run.toBytes(keys));", "FilterState.NO_KEYS);"),
            of(
                    "runs split: keys not restored",
                    DUPLICATES,
                    "new RunKeys(state.runKeys());",
                    "new RunKeys(new byte[] {0, 0, 0, 0});"),
            of(
                    "partition at rest needs its last record",
                    SHARD,
                    "windows.earliest(duplicates.resumePointBehind(position))",
                    "windows.earliest(duplicates.resumePointFor(Math.max(position - 1, 0)))"),
            of(
                    "resume offset is the position",
                    WINDOWS,
                    "if (window.resumePoint.offset() < earliest.offset()) {",
                    "if (false) {"),
            of("rows deleted at zero orders", RESULTS, "if (total.isEmpty()) {", "if (total.orderCount() == 0) {"),
            of("take-over reads first and bumps then", SQL, "new TakeOver(locksOf(inOrder),", "new TakeOver(0,"),
            of(
                    "fill: whoever has begun since is not noticed",
                    SQL,
                    "if (!read.filling.equals(database.results.filling)) {",
                    "if (false) {"),
            of("fill: nobody is fenced", SQL, "withOwner(found, null)", "withOwner(found, found.owner())"),
            new Mutation(
                    "fill: snapshot taken before the fence",
                    List.of(
                            new Edit(
                                    SQL,
                                    "this.steps = new Steps(fill, session);",
                                    "this.steps = new Steps(fill, session);\n            steps.takeSnapshot();"),
                            new Edit(SQL, "takeSnapshot();\n                    readOn(answer);", "readOn(answer);"))),
            of(
                            "fill: goes on after partitions were taken over",
                            SQL,
                            "database.results.filling = null;\n            }\n            for (Checkpoint",
                            "}\n            for (Checkpoint")
                    .from(930_001_254),
            of("fill does not wait for publishers", SQL, "super(Database.WHOLE_TABLE);", "super(0);"),
            of(
                    "abandoned batch keeps its shard",
                    STORE,
                    "            drop(shard);\n        }\n    }\n\n    private void retire",
                    "        }\n    }\n\n    private void retire"),
            of(
                    "lost answer taken for failure",
                    PUBLISHER,
                    "failed(\"publishing failed, outcome unknown\", failure);",
                    "settled();"),
            of(
                    "marks never compared",
                    PUBLISHER,
                    "if (!Waiting.lasts(nowMs, nextMarkCheckMs, MARK_CHECK_INTERVAL.toMillis())) {",
                    "if (false) {"),
            of("fenced partition keeps its shard", PUBLISHER, "store.drop(shard);", ""),
            new Mutation(
                    "stale polls go to the new shard",
                    List.of(
                            new Edit(POLLED, "private static final class Share", "static final class Share"),
                            new Edit(
                                    POLLED,
                                    "private Map<TopicPartition, List<Share>>",
                                    "Map<TopicPartition, List<Share>>"),
                            new Edit(POLLED, "private Reading reading;", "Reading reading;"),
                            new Edit(LOOP, "polled.apply(nowMs);", """
                                    reading.feeds().forEach((partition, feeds) -> {
                                        if (!feeds.isEmpty()) {
                                            polled.shares.computeIfPresent(partition, (same, before) -> feeds.stream()
                                                    .map(Polled.Share::new)
                                                    .toList());
                                        }
                                    });
                                    polled.apply(nowMs);
                                    """))),
            of("position passes polls that are out", LOOP, "if (!out && !failed) {", "if (!failed) {"),
            of("position passes polls that failed", LOOP, "if (!out && !failed) {", "if (!out) {"),
            of("idle though its poll is out", POLLED, "feed.shard().drained(false, nowMs);", ""),
            of(
                    "idle though nobody looks",
                    STORE,
                    "&& Math.abs(nowMs - progress.lookedAtMs()) <= Shard.LONGEST_UNOBSERVED_MS",
                    ""),
            of(
                    "idle though it is paused",
                    READER,
                    "if (!paused) {\n                feed",
                    "if (true) {\n                feed"),
            of(
                    "fill: does not wait for what is not seen yet",
                    TAKEOVER,
                    "if (transactions.oldest() >= pending.transaction()) {",
                    "if (true) {"),
            of(
                    "fill: waits for what lies before the end of a snapshot",
                    SQL,
                    "world.source.takeId()",
                    "world.source.snapshot().xmax()"),
            of(
                    "fill: reads on from where the topic is when all is seen",
                    TAKEOVER,
                    "fillNow(reason, why, facts, pending.restarts());",
                    "fillNow(reason, why, facts, pending(facts, transactions, reason, false).restarts());"),
            of(
                            "fill: gives up waiting though it cannot read all again",
                            TAKEOVER,
                            "if (pending.mustEnd()) {",
                            "if (false) {")
                    .from(900_007_544),
            of(
                    "fill: gives up waiting and does not read all again",
                    TAKEOVER,
                    "fillNow(reason, why, facts, Map.of());",
                    "fillNow(reason, why, facts, pending.restarts());"),
            of("partitions are taken over that were taken away", TAKEOVER, ".filter(isWanted::test)", ""),
            of("offsets gone not noticed", TAKEOVER, "checkpoint.resumeOffset() < range.beginning()", "false"),
            of(
                    "other topic not noticed",
                    TAKEOVER,
                    "if (!results.topicId().equals(facts.topicId())) {",
                    "if (false) {"),
            of("no sequence: filled again", TAKEOVER, " || loss.needsOperator()", ""),
            of("no sequence: judged all the same", DUPLICATES, "if (!change.sequenceKnown()) {", "if (false) {"),
            of("no sequence: taken for new", DUPLICATES, "return Verdict.UNTOLD;", "return Verdict.NEW;"),
            of(
                    "look: what was applied is not judged",
                    SHARD,
                    "if (range.toLsn() > judgedLsn && newestTakenBackLsn >= Math.max(range.fromLsn(), judgedLsn)) {",
                    "if (false) {"),
            of("look: what comes later is not judged", SHARD, "if (range != null) {", "if (false) {"),
            of(
                    "look: void changes owe nothing",
                    SHARD,
                    "oweFor(range == null ? \"the replica identity was not known to be FULL\" : range.explanation(), offset);",
                    ""),
            of(
                    "look: what is read while it is under way counts",
                    WATCH,
                    "reached(results.fillId(), readUpTo));",
                    "store.shards().stream().mapToLong(s -> s.progress().newestLsn()).max().orElse(-1));"),
            of("look: there and back is not noticed", RULES, "|| !earlier.version().equals(table.version())", ""),
            of("look: doubts begin when they are found", RULES, "before.look().lsn(),", "now.lsn(),"),
            new Mutation(
                    "look: another system is not noticed",
                    List.of(
                            new Edit(RULES, "if (before != null && !Objects.equals(", "if (false && !Objects.equals("),
                            new Edit(LEDGER, "return system != null", "return false"))),
            of("look: where another history begins is forgotten", TAKEOVER, "Map.copyOf(logStarts));", "Map.of());"),
            of(
                    "look: the topic of another system is read again",
                    TAKEOVER,
                    "return pipeline.flatMap(Attempt::otherSystem)\n                    .or(() ->",
                    "return Optional.<DataLoss>empty()\n                    .or(() ->"),
            of(
                    "a loss is named by its place in the log only",
                    FILL_ID,
                    "return lsn == other.lsn && (id == null || other.id == null || id.equals(other.id));",
                    "return lsn == other.lsn;"),
            of("stop: filled all the same", TAKEOVER, "settings.stopOnDataLoss()", "false"),
            of("stop: forgotten by the next engine", TAKEOVER, ".or(results::lost)", ""),
            of("stop: tried again and again", VIEW_PARTITION, "phase = ReaderState.Phase.STOPPED;", ""),
            new Mutation(
                    "stop: read and published on",
                    List.of(
                            new Edit(
                                    SHARD,
                                    "if (dataLoss != null) {\n            return false;\n        }\n        switch",
                                    "switch"),
                            new Edit(
                                    SHARD,
                                    "if (dataLoss != null) {\n            return false;\n        }\n        if (offset",
                                    "if (offset"),
                            new Edit(SHARD, "replaying() || dataLoss != null || dropped", "replaying() || dropped"))),
            of("stop: the reason is forgotten", VIEW_PARTITION, "problem = why.getMessage();", ""),
            new Mutation(
                    "final a round before its rows",
                    List.of(
                            new Edit(
                                    SHARD,
                                    "        List<WindowDeltas> due = windows.takePublished();\n        if (due",
                                    "        if (due"),
                            new Edit(
                                    SHARD,
                                    "        boolean moved =",
                                    "        List<WindowDeltas> due = windows.takePublished();\n        boolean moved ="))),
            of(
                    "final when one partition has passed",
                    RESULTS,
                    ".mapToLong(Checkpoint::publishedUpToMs)\n                .min()",
                    ".mapToLong(Checkpoint::publishedUpToMs)\n                .max()"),
            new Mutation(
                    "views: one joins that is behind",
                    List.of(
                            new Edit(ASSIGNED, "if (feed.position() >= position) {", "if (true) {"),
                            new Edit(READER, "if (feed.position() < position) {", "if (false) {"))),
            new Mutation(
                    "views: one that catches up joins too early",
                    List.of(
                            new Edit(
                                    CATCH_UP,
                                    "feed.position() >= feed.meetingPoint()",
                                    "feed.position() + 3 >= feed.meetingPoint()"),
                            new Edit(
                                    ASSIGNED,
                                    "if (feed.position() >= position) {",
                                    "if (feed.position() + 3 >= position) {"),
                            new Edit(READER, "if (feed.position() < position) {", "if (false) {"))),
            of("views: what one has is not skipped", POLLED, "return offset >= position;", "return true;"),
            new Mutation(
                    "views: one that catches up goes on where others are",
                    List.of(
                            new Edit(CATCH_UP, "|| feed.position() < position.getAsLong()", ""),
                            new Edit(READER, "if (feed.position() < position) {", "if (false) {"))),
            of(
                    "views: one view's loss is that of all",
                    ASSIGNED,
                    "leave(one);\n                one.reload(nowMs);\n            }\n        }\n    }\n\n    private void leave",
                    "reloadAll(nowMs);\n                return;\n            }\n        }\n    }\n\n    private void leave"),
            of("final no longer: a partition is added", SQL, "database.results.publishedByAllMs()", "Shard.NO_TIME"),
            of(
                    "final no longer: added while others move",
                    SQL,
                    "super(locks);\n            this.mayAdd",
                    "super(locksOf(partitions));\n            this.mayAdd"),
            of(
                    "partition added: its checkpoint is not counted",
                    SQL,
                    "database.results.partitions = Math.max(database.results.partitions, highest + 1);",
                    ""),
            of(
                    "partition added: those below are taken for deleted",
                    SQL,
                    "between < highest; between++",
                    "between < 0; between++"));

    private Mutation from(long seed) {
        return new Mutation(name, seed, edits);
    }

    private static Mutation of(String name, String file, String from, String to) {
        return new Mutation(name, List.of(new Edit(file, from, to)));
    }
}
