package io.tally.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** A picture of growth as SVG: a panel for each kind of it, with the rate above and the memory below. */
final class GrowthChart {

    /** @param size of the work, whatever it counts */
    record Point(long size, double eventsPerSecond, double peakMb) {}

    record Panel(String what, List<Point> points) {}

    private static final int COLUMNS = 3;
    private static final int WIDTH = 300;
    private static final int HEIGHT = 230;
    private static final int PLOT_LEFT = 52;
    private static final int PLOT_WIDTH = 220;
    private static final int PLOT_HEIGHT = 62;

    private static final String STYLE = """
            text { font: 11px system-ui, sans-serif; fill: #444 }
            .what { font-weight: 600; fill: #111 }
            .grid { stroke: #ddd }
            .rate { stroke: #2563eb; fill: none; stroke-width: 2 }
            .memory { stroke: #b45309; fill: none; stroke-width: 2 }
            .rate-dot { fill: #2563eb } .memory-dot { fill: #b45309 }
            """;

    private final StringBuilder svg = new StringBuilder();

    private GrowthChart() {}

    static void write(List<Panel> panels, Path file) throws IOException {
        Files.writeString(file, new GrowthChart().draw(panels));
    }

    private String draw(List<Panel> panels) {
        int rows = Math.ceilDiv(panels.size(), COLUMNS);
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">",
                COLUMNS * WIDTH, rows * HEIGHT);
        add("<title>Events a second (blue) and peak resident memory in MB (brown) as the work grows</title>");
        add("<style>%s</style><rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>", STYLE);
        double mostEvents = most(panels, Point::eventsPerSecond);
        double mostMb = most(panels, Point::peakMb);
        for (int i = 0; i < panels.size(); i++) {
            Panel panel = panels.get(i);
            int left = i % COLUMNS * WIDTH + PLOT_LEFT;
            int top = i / COLUMNS * HEIGHT + 30;
            text(left, top - 12, "start", "what", panel.what);
            line(panel, left, top, "rate", mostEvents, Point::eventsPerSecond);
            line(panel, left, top + PLOT_HEIGHT + 26, "memory", mostMb, Point::peakMb);
            for (int point = 0; point < panel.points.size(); point++) {
                text(
                        x(panel, left, point),
                        top + 2 * PLOT_HEIGHT + 44,
                        "middle",
                        "size",
                        brief(panel.points.get(point).size));
            }
        }
        add("</svg>");
        return svg.toString();
    }

    private void line(Panel panel, int left, int top, String kind, double most, ToDoubleFunction<Point> value) {
        for (double share : new double[] {0, 1}) {
            double y = top + PLOT_HEIGHT * (1 - share);
            add("<path class=\"grid\" d=\"M%d %.1fh%d\"/>", left, y, PLOT_WIDTH);
            text(
                    left - 6,
                    y + 4,
                    "end",
                    "scale",
                    brief(Math.round(most * share)) + (kind.equals("rate") ? "/s" : " MB"));
        }
        StringBuilder path = new StringBuilder();
        for (int i = 0; i < panel.points.size(); i++) {
            double y = top + PLOT_HEIGHT * (1 - value.applyAsDouble(panel.points.get(i)) / most);
            path.append(String.format(Locale.ROOT, "%s%.1f %.1f", i == 0 ? "M" : "L", x(panel, left, i), y));
            add("<circle class=\"%s-dot\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"/>", kind, x(panel, left, i), y);
        }
        add("<path class=\"%s\" d=\"%s\"/>", kind, path);
    }

    /** Sizes grow by factors, so they lie at equal distances. */
    private static double x(Panel panel, int left, int point) {
        return left + 12 + (PLOT_WIDTH - 24.0) * point / Math.max(1, panel.points.size() - 1);
    }

    private static double most(List<Panel> panels, ToDoubleFunction<Point> value) {
        double most = panels.stream()
                .flatMap(panel -> panel.points.stream())
                .mapToDouble(value)
                .max()
                .orElse(1);
        double step = Math.pow(10, Math.floor(Math.log10(most)));
        return Math.ceil(most / step) * step;
    }

    private static String brief(long number) {
        if (number >= 1_000_000) {
            return number / 1_000_000 + "M";
        }
        return number >= 1_000 ? number / 1_000 + "k" : Long.toString(number);
    }

    private void text(double x, double y, String anchor, String kind, String text) {
        add("<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%s</text>", kind, x, y, anchor, text);
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
