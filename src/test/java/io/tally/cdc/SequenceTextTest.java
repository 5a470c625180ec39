package io.tally.cdc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SequenceTextTest {

    @Test
    void lastCommitLsn_pair_isTheFirstPart() {
        assertEquals(24849416, read("[\\\"24849416\\\",\\\"24849420\\\"]"));
        assertEquals(0, read("[\\\"0\\\",null]"));
        assertEquals(Long.MAX_VALUE, read("[\\\"9223372036854775807\\\",\\\"1\\\"]"));
    }

    @Test
    void lastCommitLsn_null_isUnknown() {
        assertEquals(RowChange.NO_LSN, read("[null,\\\"29165224\\\"]"));
        assertEquals(RowChange.NO_LSN, read("[null,null]"));
    }

    @Test
    void lastCommitLsn_unusualWriting_isReadAllTheSame() {
        assertEquals(7, read(" [ \\\"007\\\" ,\\n\\\"8\\\" ] "));
        assertEquals(7, read("[\\u0022\\u0037\\u0022,null]"));
        assertEquals(7, read("[\\\"\\\\u0037\\\",null]"));
        assertEquals(7, read("[\\\"0000000000000000000000000000007\\\",null]"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "[null]",
                "[null,null,null]",
                "[1,2]",
                "[\\\"1\\\"]",
                "[\\\"x\\\",null]",
                "[\\\"\\\",null]",
                "{}",
                "[\\\"-1\\\",null]",
                "[\\\"1\\\",\\\"x\\\"]",
                "[\\\"9223372036854775808\\\",null]",
                "[null,null",
                "[null,null]]",
                "[nuLl,null]",
                "[\\\"1\\\" \\\"2\\\"]",
                "[\\\"1,\\\"2\\\"]",
                "[[],null]",
                "[\\\"1\\\",",
                "[\\\"",
                "[\\\"1\\\\",
                "[n",
                "["
            })
    void lastCommitLsn_anythingElse_isMalformed(String inside) {
        assertEquals(SequenceText.MALFORMED, read(inside));
    }

    /** Reads the string with this between its quotes, out of the middle of other digits and quotes. */
    private static long read(String inside) {
        byte[] bytes = ("9\"9\"" + inside + "\"9\"]9").getBytes(StandardCharsets.UTF_8);
        return new SequenceText().lastCommitLsn(bytes, 3, bytes.length - 4);
    }
}
