package io.weir.jepsen.history;

import java.util.Locale;

/** What a line of a history says of its operation. */
public enum LineType {
    /** It is about to begin. */
    INVOKE,
    /** It took effect, and this is what it saw. */
    OK,
    /** It took no effect and never will. */
    FAIL,
    /** Nobody knows: it took effect, may still, or never will. A timeout is always this. */
    INFO;

    private final String keyword = ":" + name().toLowerCase(Locale.ROOT);

    /** As in EDN, with the colon. */
    public String keyword() {
        return keyword;
    }
}
