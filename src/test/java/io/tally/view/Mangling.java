package io.tally.view;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** Statements with some of their words left out, doubled, exchanged or replaced. */
final class Mangling {

    private static final Pattern PIECE = Pattern.compile("\\s+|\\w+|'[^']*'|\"[^\"]*\"|::|.", Pattern.DOTALL);
    private static final List<String> STRANGE = List.of(
            "(", ")", ",", "'", "\"", "NULL", "::", "CASE", "END", "ARRAY[", "NOT", "-", "$$", "/*", "1e9", ";",
            "FROM");

    private Mangling() {}

    static String of(String statement, RandomGenerator random) {
        List<String> pieces = new ArrayList<>(
                PIECE.matcher(statement).results().map(MatchResult::group).toList());
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            int at = random.nextInt(pieces.size());
            switch (random.nextInt(5)) {
                case 0 -> pieces.remove(at);
                case 1 -> pieces.add(at, pieces.get(at));
                case 2 -> Collections.swap(pieces, at, random.nextInt(pieces.size()));
                case 3 -> pieces.set(at, STRANGE.get(random.nextInt(STRANGE.size())));
                default -> pieces.subList(at, pieces.size()).clear();
            }
            if (pieces.isEmpty()) {
                return "";
            }
        }
        return String.join("", pieces);
    }
}
