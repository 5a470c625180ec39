package io.tally.cdc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.cdc.json.MalformedJson;
import io.tally.cdc.json.Members;
import io.tally.cdc.json.RecordReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A reader that knows how records are written finds in each what one finds that has never seen any. */
class RecordReaderTest {

    private static final int LAST_ASCII = 127;

    /** Each is three records that teach a layout: values that do not change, whose digits do, and that change otherwise. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'a':100,'b':'x1'}|{'a':105,'b':'x2'}|{'a':199,'b':'x3'}",
                "{'a':-10,'b':0.5}|{'a':-11,'b':0.6}|{'a':-19,'b':0.7}",
                "{'a':1e5,'b':-0.25E-11}|{'a':1e6,'b':-0.26E-12}|{'a':1e7,'b':-0.27E-13}",
                "{'a':'\\u0041 1','b':true}|{'a':'\\u0042 2','b':true}|{'a':'\\u0043 3','b':true}",
                "{'a':'\\'1\\' 7','b':null}|{'a':'\\'2\\' 8','b':null}|{'a':'\\'3\\' 9','b':null}",
                "{'a':'short','b':7}|{'a':'longer','b':8}|{'a':'s','b':9}",
                "{'a':'2026-01-31T00:00:59Z','b':[17,{'c':21}]}|{'a':'2026-02-28T01:00:59Z','b':[18,{'c':22}]}"
                        + "|{'a':'2026-03-31T00:02:58Z','b':[19,{'c':23}]}",
            })
    void read_oneByteIsAnother_asIfNoneWasKnown(String texts) {
        byte[][] lessons = Arrays.stream(texts.replace('\'', '"').split("\\|"))
                .map(text -> text.getBytes(StandardCharsets.US_ASCII))
                .toArray(byte[][]::new);
        for (byte[] lesson : lessons) {
            for (int at = 0; at < lesson.length; at++) {
                for (byte other = 0; other < LAST_ASCII; other++) {
                    byte[] record = lesson.clone();
                    record[at] = other;
                    assertEquals(found(record), found(record, lessons), () -> new String(record));
                }
            }
        }
    }

    /** Where the members are, or that it is no JSON; of a record after others. */
    private static String found(byte[] record, byte[]... before) {
        Members members = new Members("a", "b");
        RecordReader reader = new RecordReader(members);
        try {
            for (byte[] one : before) {
                reader.read(one, 0, one.length);
            }
            reader.read(record, 0, record.length);
        } catch (MalformedJson fault) {
            return "none";
        }
        StringBuilder found = new StringBuilder();
        found.append(members.start()).append('-').append(members.end());
        for (int i = 0; i < 2; i++) {
            found.append(members.isPresent(i) ? " " + members.start(i) + "-" + members.end(i) : " missing");
        }
        return found.toString();
    }
}
