package io.weir.logstore.pages;

import org.jspecify.annotations.Nullable;

/** Ends a walk at the first damage; never leaves the package. */
final class DamageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Damage damage;

    DamageException(long page, @Nullable String table, @Nullable String key, String what) {
        this(new Damage(page, table, key, what));
    }

    private DamageException(Damage damage) {
        super(damage.toString());
        this.damage = damage;
    }

    Damage damage() {
        return damage;
    }
}
