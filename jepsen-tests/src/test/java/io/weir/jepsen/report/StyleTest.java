package io.weir.jepsen.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** That people can read it, by light and in the dark: contrasts as WCAG 2.1 counts them. */
class StyleTest {
    private static final Pattern COLOUR = Pattern.compile("--([a-z-]+): (#[0-9a-f]{6});");
    private static final double TEXT = 4.5;
    private static final double BAND = 0.16;

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void everyPairOfColoursIsReadable(String scheme) {
        Map<String, double[]> colours = colours(scheme);
        for (String front : List.of("text", "muted", "link", "ok", "fail", "info", "latency", "bad", "fault")) {
            for (String behind : List.of("page", "panel")) {
                assertContrast(front, colours.get(front), behind, colours.get(behind));
            }
        }
        for (String box : List.of("good-box", "bad-box", "grey-box")) {
            assertContrast("on-box", colours.get("on-box"), box, colours.get(box));
        }
        double[] band = mixed(colours.get("panel"), colours.get("band"));
        for (String front : List.of("text", "muted", "fault")) {
            assertContrast(front, colours.get(front), "a band", band);
        }
    }

    private static Map<String, double[]> colours(String scheme) {
        String style = HtmlReport.style();
        int dark = style.indexOf("@media (prefers-color-scheme: dark)");
        String part = scheme.equals("dark") ? style : style.substring(0, dark);
        Map<String, double[]> colours = new HashMap<>();
        Matcher matcher = COLOUR.matcher(part);
        while (matcher.find()) {
            int rgb = Integer.parseInt(matcher.group(2).substring(1), 16);
            colours.put(matcher.group(1), new double[] {rgb >> 16, rgb >> 8 & 255, rgb & 255});
        }
        return colours;
    }

    private static double[] mixed(double[] behind, double[] front) {
        double[] mixed = new double[3];
        for (int i = 0; i < 3; i++) {
            mixed[i] = behind[i] * (1 - BAND) + front[i] * BAND;
        }
        return mixed;
    }

    private static void assertContrast(String front, double[] one, String behind, double[] other) {
        double light = Math.max(luminance(one), luminance(other));
        double dark = Math.min(luminance(one), luminance(other));
        assertThat((light + 0.05) / (dark + 0.05)).as(front + " on " + behind).isGreaterThanOrEqualTo(TEXT);
    }

    private static double luminance(double[] rgb) {
        double[] linear = new double[3];
        for (int i = 0; i < 3; i++) {
            double part = rgb[i] / 255;
            linear[i] = part <= 0.04045 ? part / 12.92 : Math.pow((part + 0.055) / 1.055, 2.4);
        }
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    }
}
