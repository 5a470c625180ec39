package io.tally.view;

import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A zone, and moments at which something happens there: a clock is set, mostly around midnight, or a day, a year or so begins.
 *
 * @param moments in UTC
 */
record RandomZone(String name, List<String> moments) {

    private static final List<RandomZone> ALL = List.of(
            new RandomZone(
                    "UTC", List.of("2024-01-01 00:00", "1969-12-31 00:00", "1900-01-01 00:00", "2199-12-31 00:00")),
            new RandomZone(
                    "Europe/Berlin",
                    List.of("2024-03-31 01:00", "2024-10-27 01:00", "2023-12-31 23:00", "2024-03-31 22:00")),
            // A day begins, breaks off after a minute, and begins again.
            new RandomZone("America/St_Johns", List.of("2006-10-29 02:30", "2006-10-29 03:30", "2006-04-02 03:31")),
            // Days that begin at one o'clock, and days whose midnight comes twice.
            new RandomZone("America/Santiago", List.of("2024-04-07 03:00", "2024-09-08 04:00", "2024-09-09 03:00")),
            new RandomZone("Asia/Gaza", List.of("2012-03-29 22:00", "2011-09-29 21:00", "2012-03-30 21:00")),
            new RandomZone("America/Havana", List.of("2024-03-10 05:00", "2024-11-03 05:00", "2024-11-03 04:00")),
            new RandomZone("Atlantic/Azores", List.of("2024-10-27 01:00", "2024-03-31 01:00")),
            // Half an hour; a day that there is not; a clock that is set for a month of the moon's.
            new RandomZone("Australia/Lord_Howe", List.of("2024-04-06 15:00", "2024-10-05 15:30", "2024-10-05 13:30")),
            new RandomZone("Pacific/Apia", List.of("2011-12-30 10:00", "2011-12-29 10:00")),
            new RandomZone("Africa/Casablanca", List.of("2024-03-10 02:00", "2024-04-14 02:00", "2024-03-10 23:00")));

    static RandomZone make(RandomGenerator random) {
        return ALL.get(random.nextInt(ALL.size()));
    }

    /** A time at one of its moments, or near it. */
    String time(RandomGenerator random) {
        String distance = switch (random.nextInt(8)) {
            case 0, 1 -> "0";
            case 2 -> "-0.000001";
            case 3 -> "30";
            case 4 -> Integer.toString(random.nextInt(-3_600, 3_600));
            case 5 -> Integer.toString(3_600 * random.nextInt(-26, 26));
            default -> Integer.toString(random.nextInt(-100_000, 100_000));
        };
        return "TIMESTAMPTZ '%s+00' + INTERVAL '%s seconds'"
                .formatted(moments.get(random.nextInt(moments.size())), distance);
    }

    /** A window, and its end. */
    List<String> window(String column, RandomGenerator random) {
        CalendarUnit unit = CalendarUnit.values()[random.nextInt(CalendarUnit.values().length)];
        String window = "date_trunc('%s', %s, '%s')".formatted(unit.word(), column, name);
        return List.of(window, "date_add(%s, INTERVAL '%s', '%s')".formatted(window, unit.interval(), name));
    }
}
