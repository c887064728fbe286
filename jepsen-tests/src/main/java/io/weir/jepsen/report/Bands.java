package io.weir.jepsen.report;

import io.weir.jepsen.run.FaultWindow;
import java.util.List;
import java.util.Locale;

/** Faults behind a drawing: a band for each, from its beginning to its healing, with its number and kind above. */
final class Bands {
    private static final double CHAR_WIDTH = 6.4;
    private static final double LINE_HEIGHT = 13;
    private static final double MAX_HEIGHT = 130;

    private final List<FaultWindow> faults;
    private final Axis axis;
    private final boolean isUpright;

    Bands(List<FaultWindow> faults, Axis axis) {
        this.faults = List.copyOf(faults);
        this.axis = axis;
        this.isUpright = !fitLying();
    }

    /** Whether the labels can lie beside each other. */
    private boolean fitLying() {
        double free = Double.NEGATIVE_INFINITY;
        for (FaultWindow fault : faults) {
            if (shows(fault)) {
                double half = label(fault).length() * CHAR_WIDTH / 2;
                if (middle(fault) - half < free) {
                    return false;
                }
                free = middle(fault) + half + CHAR_WIDTH;
            }
        }
        return true;
    }

    /** Of its label, which must not stand out at the ends. */
    private double middle(FaultWindow fault) {
        double half = isUpright ? 4 : label(fault).length() * CHAR_WIDTH / 2;
        double middle = axis.x(fault.beganNs()) + width(fault) / 2;
        return Math.max(axis.left() + half, Math.min(axis.right() - half, middle));
    }

    private boolean shows(FaultWindow fault) {
        return axis.shows(fault.beganNs(), fault.healedNs());
    }

    private double width(FaultWindow fault) {
        return Math.max(1.5, axis.x(fault.healedNs()) - axis.x(fault.beganNs()));
    }

    private String label(FaultWindow fault) {
        return Numbers.shortened((faults.indexOf(fault) + 1) + " " + fault.nemesis(), 18);
    }

    /** How much room the labels need above. */
    double labelHeight() {
        if (faults.stream().noneMatch(this::shows)) {
            return 4;
        }
        int longest = faults.stream()
                .filter(this::shows)
                .mapToInt(fault -> label(fault).length())
                .max()
                .orElse(0);
        return isUpright ? Math.min(MAX_HEIGHT, longest * CHAR_WIDTH + 10) : LINE_HEIGHT + 6;
    }

    /** Draws bands between two heights, and the labels above. */
    void draw(Html page, double top, double bottom) {
        double free = Double.NEGATIVE_INFINITY;
        for (FaultWindow fault : faults) {
            if (!shows(fault)) {
                continue;
            }
            double x = axis.x(fault.beganNs());
            double middle = middle(fault);
            page.raw("<g><title>").text(title(fault)).raw("</title><rect class=\"band\" x=\"");
            page.at(x).raw("\" y=\"").at(top).raw("\" width=\"").at(width(fault));
            page.raw("\" height=\"").at(bottom - top).raw("\"/>");
            // Labels that would lie on each other are left out: the title and the table have them.
            if (!isUpright || middle - free >= LINE_HEIGHT) {
                free = middle;
                page.raw("<text class=\"fault").raw(isUpright ? "" : " mid").raw("\" ");
                String place = isUpright ? "transform=\"translate(%.1f %.1f) rotate(-90)\"" : "x=\"%.1f\" y=\"%.1f\"";
                page.raw(String.format(Locale.ROOT, place, isUpright ? middle + 4 : middle, top - 5));
                page.raw(">").text(label(fault)).raw("</text>");
            }
            page.raw("</g>\n");
        }
    }

    private String title(FaultWindow fault) {
        return "fault " + (faults.indexOf(fault) + 1) + ", " + fault.nemesis() + ": "
                + Numbers.shortened(fault.description(), 200) + "\nfrom " + Numbers.time(fault.beganNs()) + " for "
                + Numbers.duration(fault.healedNs() - fault.beganNs());
    }
}
