package io.weir.cli.config;

import java.util.Collection;
import java.util.Comparator;

/** Finds the name that was probably meant: the one of least edit distance (Wagner and Fischer 1974). */
public final class NearestName {
    private NearestName() {}

    /** The nearest of some names, the first in order if several are; there must be one. */
    public static String of(String name, Collection<String> names) {
        return names.stream()
                .min(Comparator.<String>comparingInt(candidate -> distance(name, candidate))
                        .thenComparing(Comparator.naturalOrder()))
                .orElseThrow();
    }

    /** How many characters must be inserted, deleted or replaced. */
    public static int distance(String a, String b) {
        int[] previous = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            previous[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] current = new int[b.length() + 1];
            current[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
            }
            previous = current;
        }
        return previous[b.length()];
    }
}
