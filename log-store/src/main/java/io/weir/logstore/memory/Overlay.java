package io.weir.logstore.memory;

import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The changes of a running batch above a committed map, which stays untouched. An empty value marks a removed key. */
final class Overlay<K extends Comparable<K>, V> {
    private final NavigableMap<K, V> base;
    private final NavigableMap<K, Optional<V>> changes = new TreeMap<>();

    Overlay(NavigableMap<K, V> base) {
        this.base = base;
    }

    @Nullable
    V get(K key) {
        Optional<V> changed = changes.get(key);
        return changed != null ? changed.orElse(null) : base.get(key);
    }

    void put(K key, V value) {
        changes.put(key, Optional.of(value));
    }

    void remove(K key) {
        changes.put(key, Optional.empty());
    }

    /** The least key of all, or null. */
    @Nullable
    K first() {
        return least(base.isEmpty() ? null : base.firstKey(), changes.firstEntry());
    }

    /** The least key at or above {@code from}, or null. */
    @Nullable
    K ceiling(K from) {
        return least(base.ceilingKey(from), changes.ceilingEntry(from));
    }

    /** The least key above {@code key}, or null. */
    @Nullable
    K higher(K key) {
        return least(base.higherKey(key), changes.higherEntry(key));
    }

    /** The greatest key at or below {@code from}, or null. */
    @Nullable
    K floor(K from) {
        K inBase = base.floorKey(from);
        while (inBase != null && changes.containsKey(inBase)) {
            inBase = base.lowerKey(inBase);
        }
        Map.Entry<K, Optional<V>> changed = changes.floorEntry(from);
        while (changed != null && changed.getValue().isEmpty()) {
            changed = changes.lowerEntry(changed.getKey());
        }
        if (changed == null || inBase == null) {
            return changed == null ? inBase : changed.getKey();
        }
        return inBase.compareTo(changed.getKey()) > 0 ? inBase : changed.getKey();
    }

    /** The lesser of two keys and what follows them that is there. */
    private @Nullable K least(@Nullable K fromBase, Map.@Nullable Entry<K, Optional<V>> fromChanges) {
        K inBase = fromBase;
        while (inBase != null && changes.containsKey(inBase)) {
            inBase = base.higherKey(inBase);
        }
        Map.Entry<K, Optional<V>> changed = fromChanges;
        while (changed != null && changed.getValue().isEmpty()) {
            changed = changes.higherEntry(changed.getKey());
        }
        if (changed == null || inBase == null) {
            return changed == null ? inBase : changed.getKey();
        }
        return inBase.compareTo(changed.getKey()) < 0 ? inBase : changed.getKey();
    }

    void applyTo(NavigableMap<K, V> target) {
        changes.forEach((key, value) -> value.ifPresentOrElse(v -> target.put(key, v), () -> target.remove(key)));
    }
}
