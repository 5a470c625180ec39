package io.tally.ingest;

import io.tally.window.Checkpoints;
import io.tally.window.WindowSettings;
import io.tally.window.WindowStore;

/**
 * What is read for: a view, as far as reading knows of it.
 *
 * @param store where what is read goes
 * @param checkpoints who decides where reading goes on
 */
public record KeptView(WindowSettings settings, WindowStore store, Checkpoints checkpoints) {}
