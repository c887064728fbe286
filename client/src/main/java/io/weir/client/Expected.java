package io.weir.client;

/** A condition on a stream's last revision. There is no default: who means {@link #any()} writes it. */
public sealed interface Expected {
    /** The last revision is exactly {@code n}. */
    static Expected revision(long n) {
        return new Revision(n);
    }

    /** The stream does not exist. */
    static Expected noStream() {
        return NoStream.INSTANCE;
    }

    /** The stream exists, at whatever revision. */
    static Expected exists() {
        return Exists.INSTANCE;
    }

    /** The last revision is at most {@code n}, or the stream does not exist. */
    static Expected atMost(long n) {
        return new AtMost(n);
    }

    /** No condition. */
    static Expected any() {
        return Any.INSTANCE;
    }

    /** See {@link Expected#revision(long)}; {@code n} is 0 or more. */
    record Revision(long n) implements Expected {
        public Revision {
            requireNotNegative(n);
        }

        @Override
        public String toString() {
            return "revision " + n;
        }
    }

    /** See {@link Expected#atMost(long)}; {@code n} is 0 or more. */
    record AtMost(long n) implements Expected {
        public AtMost {
            requireNotNegative(n);
        }

        @Override
        public String toString() {
            return "revision at most " + n;
        }
    }

    /** See {@link Expected#noStream()}. */
    enum NoStream implements Expected {
        INSTANCE;

        @Override
        public String toString() {
            return "no stream";
        }
    }

    /** See {@link Expected#exists()}. */
    enum Exists implements Expected {
        INSTANCE;

        @Override
        public String toString() {
            return "an existing stream";
        }
    }

    /** See {@link Expected#any()}. */
    enum Any implements Expected {
        INSTANCE;

        @Override
        public String toString() {
            return "any state";
        }
    }

    private static void requireNotNegative(long n) {
        if (n < 0) {
            throw new IllegalArgumentException("revision " + n + " is negative; revisions begin at 0");
        }
    }
}
