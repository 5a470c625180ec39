package io.tally.ingest;

import io.tally.window.Checkpoints;
import io.tally.window.WindowStore;

/**
 * A view, as far as reading for it goes.
 *
 * @param view its name
 * @param topic of the table that it reads
 * @param store where its shards are
 * @param checkpoints where its progress is kept
 */
public record ViewInput(String view, String topic, WindowStore store, Checkpoints checkpoints) {}
