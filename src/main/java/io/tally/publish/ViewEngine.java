package io.tally.publish;

import io.tally.view.View;
import io.tally.window.WindowSettings;
import io.tally.window.WindowStore;

/**
 * A view that this engine keeps, and everything that exists once for each: what is in memory, who publishes it, takes its
 * partitions over, fills it, looks at its source, and compares it. Views share threads and readers, and nothing else; so
 * what happens to one of them does not touch another.
 *
 * @param windowSettings how rows become groups in windows
 * @param topic of the table that it reads
 * @param store what is in memory
 * @param publisher brings it to the database
 * @param rounds when it does
 * @param takeover decides how its partitions are continued
 * @param owedFill has it filled again when that is due
 * @param sourceWatch looks for what no record tells
 * @param auditor compares it with the source
 * @param now answers what it holds at this moment
 */
public record ViewEngine(
        WindowSettings windowSettings,
        String topic,
        WindowStore store,
        Publisher publisher,
        Rounds rounds,
        Takeover takeover,
        OwedFill owedFill,
        SourceWatch sourceWatch,
        Auditor auditor,
        ViewNow now) {

    /** The view. */
    public View view() {
        return windowSettings.view();
    }

    /** Its name, which is that of the table that holds it. */
    public String name() {
        return view().name();
    }
}
