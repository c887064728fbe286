package io.weir.benchmarks.costs;

import io.weir.logstore.LogStore;
import io.weir.logstore.StateView;
import io.weir.logstore.WriteBatch;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** Counts what the state machine asks a store to write, by the name of the method of {@link WriteBatch}. */
final class CountedWrites {
    private final Map<String, Long> counts = new ConcurrentHashMap<>();

    /** The store, seen through this. */
    LogStore of(LogStore store) {
        return proxy(
                LogStore.class, store, (method, result) -> result instanceof WriteBatch batch ? batch(batch) : result);
    }

    /** What was asked for so far. */
    Map<String, Long> counts() {
        return new TreeMap<>(counts);
    }

    private WriteBatch batch(WriteBatch batch) {
        return proxy(WriteBatch.class, batch, (method, result) -> {
            if (!StateView.class.equals(method.getDeclaringClass())) {
                counts.merge(method.getName(), 1L, Long::sum);
            }
            return result;
        });
    }

    private interface After {
        Object returned(Method method, Object result);
    }

    private static <T> T proxy(Class<T> type, T target, After after) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, args) -> {
            try {
                return after.returned(method, method.invoke(target, args));
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }));
    }
}
