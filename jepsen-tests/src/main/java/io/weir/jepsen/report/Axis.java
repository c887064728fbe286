package io.weir.jepsen.report;

import java.util.Locale;

/**
 * Time from left to right: nanoseconds of the run's clock, half open, to coordinates.
 *
 * @param fromNs at the left
 * @param toNs at the right; later
 * @param left coordinate
 * @param right coordinate
 */
record Axis(long fromNs, long toNs, double left, double right) {
    private static final int MAX_TICKS = 12;

    Axis {
        toNs = Math.max(toNs, fromNs + 1);
    }

    /** The place of a time; of one outside, the nearer end. */
    double x(long ns) {
        long inside = Math.max(fromNs, Math.min(toNs, ns));
        return left + (right - left) * (inside - fromNs) / (toNs - fromNs);
    }

    /** Whether something that lasted from one time to another shows here. */
    boolean shows(long beganNs, long endedNs) {
        return endedNs >= fromNs && beganNs < toNs;
    }

    /** Vertical lines with times below, over a panel from one height to another. */
    void draw(Html page, double top, double bottom) {
        long step = Scale.roundUp((toNs - fromNs) / MAX_TICKS + 1);
        for (long tick = Math.floorDiv(fromNs + step - 1, step) * step; tick <= toNs; tick += step) {
            page.raw("<path class=\"grid\" d=\"M")
                    .at(x(tick))
                    .raw(" ")
                    .at(top)
                    .raw("V")
                    .at(bottom)
                    .raw("\"/>");
            page.raw("<text class=\"tick ")
                    .raw(right - x(tick) < 24 ? "end" : "mid")
                    .raw("\" x=\"")
                    .at(x(tick))
                    .raw("\" y=\"")
                    .at(bottom + 15)
                    .raw("\">");
            page.text(label(tick, step)).raw("</text>\n");
        }
    }

    private String label(long ns, long step) {
        double unit = toNs >= 1_000_000_000 ? 1e9 : toNs >= 1_000_000 ? 1e6 : 1e3;
        String name = unit == 1e9 ? "s" : unit == 1e6 ? "ms" : "µs";
        int decimals = (int) Math.max(0, Math.ceil(Math.log10(unit / step) - 1e-9));
        return String.format(Locale.ROOT, "%,." + decimals + "f %s", ns / unit, name);
    }
}
