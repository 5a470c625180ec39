package io.tally.cdc.value;

/** Dates of the proleptic Gregorian calendar, the one of {@code java.time}, where year 0 is 1 BC. */
public final class CivilDate {

    private static final int YEARS_PER_ERA = 400;
    private static final int DAYS_PER_ERA = 146_097;

    /** Days from 0000-03-01, where the count below starts, to 1970-01-01. */
    private static final int DAYS_TO_EPOCH = 719_468;

    private CivilDate() {}

    /** Whether the date exists; the numbers may be any. */
    public static boolean exists(int year, int month, int day) {
        if (month < 1 || month > 12 || day < 1) {
            return false;
        }
        if (month == 2) {
            return day <= (isLeap(year) ? 29 : 28);
        }
        // Long months are odd up to July and even from August on.
        return day <= 30 + (month + (month >> 3) & 1);
    }

    private static boolean isLeap(int year) {
        return (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0);
    }

    /**
     * Days from 1970-01-01 to a date that exists. Years are counted from March, so that the leap day is the last of its
     * year (Howard Hinnant, "chrono-compatible low-level date algorithms", days_from_civil).
     */
    public static long epochDay(int year, int month, int day) {
        int marchYear = month <= 2 ? year - 1 : year;
        int era = Math.floorDiv(marchYear, YEARS_PER_ERA);
        int yearOfEra = marchYear - era * YEARS_PER_ERA;
        int marchMonth = month <= 2 ? month + 9 : month - 3;
        int dayOfYear = (153 * marchMonth + 2) / 5 + day - 1;
        int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return (long) era * DAYS_PER_ERA + dayOfEra - DAYS_TO_EPOCH;
    }
}
