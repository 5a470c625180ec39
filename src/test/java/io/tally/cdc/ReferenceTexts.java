package io.tally.cdc;

import com.fasterxml.jackson.databind.JsonNode;
import io.tally.cdc.ReferenceReader.Rejected;
import io.tally.cdc.value.EpochUnit;
import io.tally.view.Type;
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

    /** Stands for a time after the year 294246. */
    private static final long FAR = Long.MAX_VALUE - 1;

    /** Stands for an infinite time. */
    private static final long INFINITE = Long.MAX_VALUE;

    private ReferenceTexts() {}

    static boolean isZero(String decimal) {
        return ZERO.matcher(decimal).matches();
    }

    /** A number without zeros that mean nothing. */
    static String shortest(BigDecimal number) {
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toString();
    }

    /** A decimal in any writing. */
    static String decimal(JsonNode value, int decimals, Type type) throws Rejected {
        if (value.isNumber()) {
            return inType(value.decimalValue(), type);
        }
        if (value.isTextual()) {
            String text = value.textValue();
            if (decimals != ColumnTypes.TEXT) {
                return unscaled(text, decimals, type);
            }
            return NOT_FINITE.contains(text) ? "not finite" : inType(number(text), type);
        }
        JsonNode ownScale = value.path("scale");
        ReferenceReader.demand(ownScale.isIntegralNumber() && ownScale.canConvertToInt(), "no scale");
        ReferenceReader.demand(ownScale.intValue() != Integer.MIN_VALUE, "scale out of range");
        ReferenceReader.demand(value.path("value").isTextual(), "no unscaled value");
        return unscaled(value.get("value").textValue(), ownScale.intValue(), type);
    }

    private static String unscaled(String base64, int decimals, Type type) throws Rejected {
        try {
            return inType(new BigDecimal(new BigInteger(Base64.getDecoder().decode(base64)), decimals), type);
        } catch (IllegalArgumentException e) {
            throw new Rejected("no unscaled bytes");
        }
    }

    private static BigDecimal number(String text) throws Rejected {
        ReferenceReader.demand(DECIMAL.matcher(text).matches(), "no decimal number");
        try {
            return isZero(text) ? BigDecimal.ZERO : new BigDecimal(text);
        } catch (NumberFormatException e) {
            throw new Rejected("exponent out of range");
        }
    }

    private static String inType(BigDecimal number, Type type) throws Rejected {
        if (number.signum() == 0) {
            return "0";
        }
        BigDecimal short_ = number.stripTrailingZeros();
        long digits = (long) short_.precision() - short_.scale();
        ReferenceReader.demand(digits <= (type.hasScale() ? type.precision() - type.scale() : 131_072), "too large");
        ReferenceReader.demand(short_.scale() <= (type.hasScale() ? type.scale() : 16_383), "too many decimals");
        return shortest(number);
    }

    /** Epoch microseconds of a time in any writing. */
    static String time(JsonNode value, EpochUnit unit) throws Rejected {
        if (value.isTextual()) {
            String text = value.textValue();
            return text.equals("infinity") || text.equals("-infinity") ? "not finite" : shown(micros(text));
        }
        ReferenceReader.demand(unit != null && value.isIntegralNumber() && value.canConvertToLong(), "no time");
        BigInteger time = value.bigIntegerValue();
        boolean far = time.abs().compareTo(new BigInteger("9223372036000000000")) >= 0;
        if (far && unit != EpochUnit.NANOS) {
            return "not finite";
        }
        BigInteger largest = BigInteger.valueOf(Long.MAX_VALUE);
        boolean exceeded =
                time.equals(largest) || time.compareTo(largest.negate().add(BigInteger.TEN.pow(9))) < 0;
        ReferenceReader.demand(!exceeded, "more nanoseconds than 64 bits can hold");
        BigDecimal seconds = new BigDecimal(
                time,
                switch (unit) {
                    case MILLIS -> 3;
                    case MICROS -> 6;
                    case NANOS -> 9;
                });
        BigDecimal whole = seconds.setScale(0, RoundingMode.FLOOR);
        return shown(inRange(Instant.ofEpochSecond(
                whole.longValueExact(),
                seconds.subtract(whole).movePointRight(9).longValueExact())));
    }

    private static String shown(long micros) {
        return micros == FAR ? "far" : micros == INFINITE ? "not finite" : Long.toString(micros);
    }

    private static long inRange(Instant time) throws Rejected {
        int year = time.atOffset(ZoneOffset.UTC).getYear();
        ReferenceReader.demand(year >= -4713 && year <= 294276, "year out of range");
        return year >= 294247 ? FAR : time.getEpochSecond() * 1_000_000 + time.getNano() / 1000;
    }

    static long units(String text, int scale) throws Rejected {
        ReferenceReader.demand(!NOT_FINITE.contains(text), text);
        return units(number(text), scale);
    }

    private static long units(BigDecimal number, int scale) throws Rejected {
        if (number.signum() == 0) {
            return 0;
        }
        BigDecimal short_ = number.stripTrailingZeros();
        ReferenceReader.demand(short_.scale() <= scale, "too many decimals");
        boolean large = (long) short_.precision() - short_.scale() > 19
                || short_.setScale(scale).unscaledValue().bitLength() > 63;
        ReferenceReader.demand(!large, "too large");
        return short_.setScale(scale).unscaledValue().longValueExact();
    }

    /** Epoch microseconds, {@link #INFINITE} or {@link #FAR}. */
    static long micros(String text) throws Rejected {
        Matcher m = TIME.matcher(text);
        ReferenceReader.demand(m.matches(), "no ISO time");
        int year = Integer.parseInt(m.group(1));
        if (year == 292_278_994 || year == -292_275_055) {
            return INFINITE;
        }
        ReferenceReader.demand(year >= -4713 && year <= 294276, "year out of range");
        String decimals = m.group(7) == null ? "" : m.group(7);
        try {
            return inRange(OffsetDateTime.of(
                            year,
                            part(m.group(2)),
                            part(m.group(3)),
                            part(m.group(4)),
                            part(m.group(5)),
                            part(m.group(6)),
                            part((decimals + "000000000").substring(0, 9)),
                            zone(m))
                    .toInstant());
        } catch (DateTimeException e) {
            throw new Rejected(e.getMessage());
        }
    }

    private static ZoneOffset zone(Matcher m) {
        int sign = "-".equals(m.group(8)) ? -1 : 1;
        return ZoneOffset.ofHoursMinutesSeconds(
                sign * part(m.group(9)), sign * part(m.group(10)), sign * part(m.group(11)));
    }

    private static int part(String digits) {
        return digits == null ? 0 : Integer.parseInt(digits);
    }

    static JsonNode arrayIn(String text) throws Rejected {
        return ReferenceReader.tree(text.getBytes(StandardCharsets.UTF_8));
    }

    static long lsn(JsonNode part) throws Rejected {
        if (part.isNull()) {
            return RowChange.NO_LSN;
        }
        ReferenceReader.demand(part.isTextual() && part.textValue().matches("[0-9]+"), "no LSN");
        BigInteger lsn = new BigInteger(part.textValue());
        ReferenceReader.demand(lsn.bitLength() <= 63, "LSN out of range");
        return lsn.longValueExact();
    }
}
