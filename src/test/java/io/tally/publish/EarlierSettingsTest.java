package io.tally.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.view.DefaultView;
import io.tally.view.View;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EarlierSettingsTest {

    private static final Map<String, String> USUAL = Map.of(
            "tally.window.size",
            "PT1M",
            "tally.price-scale",
            "2",
            "tally.source.table",
            "public.orders",
            "tally.updates",
            "retract",
            PublishSettings.HISTORY,
            "never");

    private static PublishSettings settings(View view) {
        return new PublishSettings(
                Map.of(
                        PublishSettings.VIEW,
                        view.words(),
                        PublishSettings.COLUMNS,
                        view.columnWords(),
                        "tally.updates",
                        "retract",
                        PublishSettings.HISTORY,
                        "never"),
                view,
                60,
                Optional.empty(),
                true,
                "slot",
                Duration.ofMinutes(5),
                true,
                false,
                false,
                new PublishSettings.Audit(Optional.empty(), Duration.ofMinutes(1), Duration.ofHours(1)));
    }

    private static final PublishSettings PACKAGED = settings(DefaultView.of(Duration.ofMinutes(1)));

    private static Map<String, String> usualBut(String key, String value) {
        Map<String, String> changed = new HashMap<>(USUAL);
        changed.put(key, value);
        return changed;
    }

    @Test
    void today_usualSettingsAndThePackagedView_areTheSame() {
        assertEquals(PACKAGED.rowSettings(), EarlierSettings.today(USUAL, PACKAGED));
        assertEquals(
                "append",
                EarlierSettings.today(usualBut("tally.updates", "append"), PACKAGED)
                        .get("tally.updates"));
    }

    @Test
    void today_otherSettings_stayAsTheyAre() {
        for (String key :
                new String[] {"tally.window.size", "tally.price-scale", "tally.source.table", "tally.columns"}) {
            Map<String, String> other = usualBut(key, "PT3M");
            assertEquals(other, EarlierSettings.today(other, PACKAGED));
        }
    }

    @Test
    void today_anotherView_isNotThatOne() {
        assertEquals(USUAL, EarlierSettings.today(USUAL, settings(DefaultView.of(Duration.ofMinutes(2)))));
        assertEquals(
                USUAL,
                EarlierSettings.today(USUAL, settings(DefaultView.of(Duration.ofMinutes(1), " WHERE (quantity > 1)"))));
    }
}
