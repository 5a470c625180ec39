package io.tally.ingest;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jboss.logging.Logger;

/** Reasons why partitions are not read, by topic, or by view. */
final class Problems {

    private static final Logger LOG = Logger.getLogger(Problems.class);

    private final Map<String, String> problems = new LinkedHashMap<>();

    /** Logs a problem once, not every time it is met again. */
    void say(String whose, Logger.Level level, String message) {
        if (!message.equals(problems.put(whose, message))) {
            LOG.log(level, message);
        }
    }

    /** Notes one that is not worth a line. */
    void note(String whose, String message) {
        problems.put(whose, message);
    }

    void clear(String whose) {
        problems.remove(whose);
    }

    /** Whether nobody has any but this. */
    boolean areAll(String message) {
        return !problems.isEmpty() && problems.values().stream().allMatch(message::equals);
    }

    /** The one that has been there for longest, or null. */
    String first() {
        return problems.values().stream().findFirst().orElse(null);
    }
}
