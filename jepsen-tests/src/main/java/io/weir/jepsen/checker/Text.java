package io.weir.jepsen.checker;

import io.weir.jepsen.history.Values;

/** Words of reports. */
final class Text {
    private static final int MAX_VALUES = 12;

    private Text() {}

    /** Values as they are, or the last ones if they are many: in lists that only grow, what matters is at the end. */
    static String of(Values values) {
        int size = values.size();
        if (size <= MAX_VALUES) {
            return values.toString();
        }
        StringBuilder text = new StringBuilder("[(" + (size - MAX_VALUES) + " more)");
        for (int i = size - MAX_VALUES; i < size; i++) {
            text.append(' ').append(values.at(i));
        }
        return text.append(']').toString();
    }
}
