package io.tally.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The code moves on, and what is said of it has to come along; whether mutations are noticed takes longer. */
class MutationTest {

    @Test
    void mutations_allOfThem_findWhatTheyChange() throws IOException {
        List<String> lost = new ArrayList<>();
        for (Mutation mutation : Mutation.ALL) {
            Map<String, String> texts = new HashMap<>();
            for (Mutation.Edit edit : mutation.edits()) {
                String text = texts.getOrDefault(edit.file(), Files.readString(Path.of(edit.file())));
                if (text.split(Pattern.quote(edit.from()), -1).length != 2) {
                    lost.add(mutation.name() + " in " + edit.file());
                }
                texts.put(edit.file(), text.replace(edit.from(), edit.to()));
            }
        }
        assertEquals(List.of(), lost);
    }
}
