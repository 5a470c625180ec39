package io.tally.cdc;

import com.fasterxml.jackson.databind.JsonNode;
import io.tally.cdc.ReferenceReader.Rejected;
import io.tally.window.OrderChange;
import io.tally.window.ValueFault;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The plain readings of the texts inside a record: decimals, times, LSNs. */
final class ReferenceTexts {

    private static final Pattern DECIMAL = Pattern.compile("[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?");
    private static final Pattern ZERO = Pattern.compile("[+-]?[0.]+([eE].*)?");
    private static final Pattern TIME =
            Pattern.compile("([+-]?[0-9]{4,9})-([0-9]{2})-([0-9]{2})[Tt]([0-9]{2}):([0-9]{2})"
                    + "(?::([0-9]{2})(?:\\.([0-9]{1,9}))?)?"
                    + "(?:[Zz]|([+-])([0-9]{2})(?::([0-9]{2})(?::([0-9]{2}))?)?)");

    private static final Set<String> NOT_FINITE =
            Set.of("NaN", "Infinity", "-Infinity", "NAN", "POSITIVE_INFINITY", "NEGATIVE_INFINITY");

    private ReferenceTexts() {}

    static boolean isZero(String decimal) {
        return ZERO.matcher(decimal).matches();
    }

    /** A decimal in any writing, times 10^scale. */
    static long decimal(JsonNode value, int decimals, int scale) throws Rejected {
        if (value.isNumber()) {
            return units(value.decimalValue(), scale);
        }
        if (value.isTextual()) {
            return decimals == ColumnTypes.TEXT
                    ? units(value.textValue(), scale)
                    : unscaled(value.textValue(), decimals, scale);
        }
        JsonNode ownScale = value.path("scale");
        ReferenceReader.demand(ownScale.isIntegralNumber() && ownScale.canConvertToInt(), "no scale");
        ReferenceReader.demand(ownScale.intValue() != Integer.MIN_VALUE, "scale out of range");
        ReferenceReader.demand(value.path("value").isTextual(), "no unscaled value");
        return unscaled(value.get("value").textValue(), ownScale.intValue(), scale);
    }

    private static long unscaled(String base64, int decimals, int scale) throws Rejected {
        try {
            return units(new BigDecimal(new BigInteger(Base64.getDecoder().decode(base64)), decimals), scale);
        } catch (IllegalArgumentException e) {
            throw new Rejected("no unscaled bytes");
        }
    }

    /** Epoch milliseconds of a time in any writing. */
    static long time(JsonNode value, EpochUnit unit) throws Rejected {
        if (value.isTextual()) {
            String text = value.textValue();
            if (text.equals("infinity") || text.equals("-infinity")) {
                throw new Rejected("infinite", ValueFault.INFINITE_TIME);
            }
            return epochMs(text);
        }
        ReferenceReader.demand(unit != null && value.isIntegralNumber() && value.canConvertToLong(), "no time");
        BigInteger time = value.bigIntegerValue();
        boolean far = time.abs().compareTo(new BigInteger("9223372036000000000")) >= 0;
        if (far && unit != EpochUnit.NANOS) {
            throw new Rejected("infinite", ValueFault.INFINITE_TIME);
        }
        BigInteger largest = BigInteger.valueOf(Long.MAX_VALUE);
        boolean exceeded =
                time.equals(largest) || time.compareTo(largest.negate().add(BigInteger.TEN.pow(9))) < 0;
        ReferenceReader.demand(!exceeded, "more nanoseconds than 64 bits can hold");
        BigInteger perMilli = BigInteger.valueOf(
                switch (unit) {
                    case MILLIS -> 1;
                    case MICROS -> 1_000;
                    case NANOS -> 1_000_000;
                });
        long millis = new BigDecimal(time)
                .divide(new BigDecimal(perMilli), 0, RoundingMode.FLOOR)
                .longValueExact();
        return inWindow(millis);
    }

    private static long inWindow(long millis) throws Rejected {
        int year = Instant.ofEpochMilli(millis).atOffset(ZoneOffset.UTC).getYear();
        ReferenceReader.demand(year >= -4713 && year <= 294276, "year out of range");
        if (year == -4713 || year >= 294247) {
            throw new Rejected("in no window", ValueFault.TIME_OUT_OF_RANGE);
        }
        return millis;
    }

    static long units(String text, int scale) throws Rejected {
        if (NOT_FINITE.contains(text)) {
            throw new Rejected(text, ValueFault.NOT_FINITE);
        }
        ReferenceReader.demand(DECIMAL.matcher(text).matches(), "no decimal number");
        if (isZero(text)) {
            return 0;
        }
        try {
            return units(new BigDecimal(text), scale);
        } catch (NumberFormatException e) {
            boolean small = text.matches(".*[eE]-.*");
            throw new Rejected(
                    "exponent out of range", small ? ValueFault.FINER_NUMBER : ValueFault.NUMBER_OUT_OF_RANGE);
        }
    }

    static long units(BigDecimal number, int scale) throws Rejected {
        if (number.signum() == 0) {
            return 0;
        }
        BigDecimal short_ = number.stripTrailingZeros();
        if (short_.scale() > scale) {
            throw new Rejected("too many decimals", ValueFault.FINER_NUMBER);
        }
        boolean large = (long) short_.precision() - short_.scale() > 19
                || short_.setScale(scale).unscaledValue().bitLength() > 63;
        if (large) {
            throw new Rejected("too large", ValueFault.NUMBER_OUT_OF_RANGE);
        }
        return short_.setScale(scale).unscaledValue().longValueExact();
    }

    static long epochMs(String text) throws Rejected {
        Matcher m = TIME.matcher(text);
        ReferenceReader.demand(m.matches(), "no ISO time");
        int year = Integer.parseInt(m.group(1));
        ReferenceReader.demand(year >= -4713 && year <= 294276, "year out of range");
        String decimals = m.group(7) == null ? "" : m.group(7);
        try {
            return inWindow(OffsetDateTime.of(
                            year,
                            number(m.group(2)),
                            number(m.group(3)),
                            number(m.group(4)),
                            number(m.group(5)),
                            number(m.group(6)),
                            number((decimals + "000000000").substring(0, 9)),
                            zone(m))
                    .toInstant()
                    .toEpochMilli());
        } catch (DateTimeException e) {
            throw new Rejected(e.getMessage());
        }
    }

    private static ZoneOffset zone(Matcher m) {
        int sign = "-".equals(m.group(8)) ? -1 : 1;
        return ZoneOffset.ofHoursMinutesSeconds(
                sign * number(m.group(9)), sign * number(m.group(10)), sign * number(m.group(11)));
    }

    private static int number(String digits) {
        return digits == null ? 0 : Integer.parseInt(digits);
    }

    static JsonNode arrayIn(String text) throws Rejected {
        return ReferenceReader.tree(text.getBytes(StandardCharsets.UTF_8));
    }

    static long lsn(JsonNode part) throws Rejected {
        if (part.isNull()) {
            return OrderChange.NO_LSN;
        }
        ReferenceReader.demand(part.isTextual() && part.textValue().matches("[0-9]+"), "no LSN");
        BigInteger lsn = new BigInteger(part.textValue());
        ReferenceReader.demand(lsn.bitLength() <= 63, "LSN out of range");
        return lsn.longValueExact();
    }
}
