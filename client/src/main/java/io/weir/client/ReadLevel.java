package io.weir.client;

/** How fresh a read must be. */
public sealed interface ReadLevel {
    /** Sees every write acknowledged before the read began. The default. */
    static ReadLevel linearizable() {
        return Linearizable.INSTANCE;
    }

    /** Sees at least what the token stands for; any replica answers, once it has got that far. */
    static ReadLevel atLeast(VectorPosition token) {
        return new AtLeast(token);
    }

    /** Whatever the replica has; never goes back within one replica. */
    static ReadLevel stale() {
        return Stale.INSTANCE;
    }

    /** See {@link ReadLevel#linearizable()}. */
    enum Linearizable implements ReadLevel {
        INSTANCE
    }

    /** See {@link ReadLevel#atLeast}. */
    record AtLeast(VectorPosition token) implements ReadLevel {}

    /** See {@link ReadLevel#stale()}. */
    enum Stale implements ReadLevel {
        INSTANCE
    }
}
