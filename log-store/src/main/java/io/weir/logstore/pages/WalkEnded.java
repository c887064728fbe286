package io.weir.logstore.pages;

/** Ends a walk before its end although nothing is damaged; never leaves the package. */
final class WalkEnded extends RuntimeException {
    private static final long serialVersionUID = 1L;

    WalkEnded(String why) {
        super(why, null, false, false);
    }
}
