package io.tally.cdc;

/**
 * How the objects of one kind are written. All records of a topic are written alike, so what was read with care once is
 * recognised in the next one: names, colons and commas by comparing two words, and the end of a value, which is mostly
 * as long as the last one was, without searching for it.
 *
 * <p>A record of 602 bytes takes about 480 ns this way instead of 735, less by sparing work than by letting the
 * processor run ahead: an index that is searched for has to be waited for, one that was foreseen has only to be
 * confirmed. Nothing is taken on trust. What is not the same byte for byte is read with care again, and takes the old
 * one's place.
 */
final class MemberLayout {

    /** More members than an object of the envelope has; those beyond share one place and are mostly read with care. */
    private static final int MAX_MEMBERS = 32;

    private final FieldNames names;
    private final KnownMember[] known = new KnownMember[MAX_MEMBERS + 1];

    /** @param wanted the names that count, in the order of the indexes that members are known by */
    MemberLayout(String... wanted) {
        names = new FieldNames(wanted);
        for (int i = 0; i < known.length; i++) {
            known[i] = new KnownMember();
        }
    }

    /** The member that comes as the given one in its object, from 0. */
    KnownMember member(int number) {
        return known[Math.min(number, MAX_MEMBERS)];
    }

    /**
     * Moves from the opening brace, or from the end of a value, to the value of the next member, which is then known.
     *
     * @param number how many members of the object came before
     * @return index of the value, or the complement ({@code ~}) of the index after the object if no member is left
     */
    int nextValue(JsonCursor cursor, int at, KnownMember member, int number) throws UndecodableException {
        byte[] bytes = cursor.bytes();
        if (at < cursor.limit() - KnownMember.MAX_LENGTH && member.standsAt(bytes, at)) {
            int value = at + member.length();
            // Space after the colon belongs to what stands before the value, so this is another text after all.
            if (bytes[value] > ' ') {
                return value;
            }
        }
        return readWithCare(cursor, at, member, number);
    }

    /** Moves from the member's value, which may be of any kind, to the byte after it. */
    int endOfValue(JsonCursor cursor, int from, int outside, KnownMember member) throws UndecodableException {
        int end = from + member.valueLength();
        if (!LikelyValue.endsAt(cursor.bytes(), from, end, cursor.limit())) {
            end = cursor.endOfValue(from, outside);
            member.setValueLength(end - from);
        }
        return end;
    }

    private int readWithCare(JsonCursor cursor, int at, KnownMember member, int number) throws UndecodableException {
        member.forget();
        byte[] bytes = cursor.bytes();
        int quote = number == 0 ? cursor.firstMember(at) : cursor.nextMember(at);
        if (bytes[quote] == '}') {
            return ~(quote + 1);
        }
        int closingQuote = cursor.endOfName(quote);
        int value = cursor.valueAfter(closingQuote);
        member.setWanted(cursor.find(names, quote, closingQuote));
        if (value - at <= KnownMember.MAX_LENGTH && at <= cursor.limit() - KnownMember.MAX_LENGTH) {
            member.learn(bytes, at, value - at);
        }
        return value;
    }
}
