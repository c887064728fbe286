package io.weir.peers;

/** A peer cannot be measured here, and what would change that. */
final class CannotRunException extends Exception {
    private static final long serialVersionUID = 1L;
    private final String nextStep;
    private final boolean isAbsent;

    private CannotRunException(String reason, String nextStep, boolean isAbsent) {
        super(reason);
        this.nextStep = nextStep;
        this.isAbsent = isAbsent;
    }

    /** It is there, but does not work. */
    CannotRunException(String reason, String nextStep) {
        this(reason, nextStep, false);
    }

    /** It is not installed. */
    static CannotRunException absent(String reason, String nextStep) {
        return new CannotRunException(reason, nextStep, true);
    }

    boolean isAbsent() {
        return isAbsent;
    }

    String nextStep() {
        return nextStep;
    }
}
