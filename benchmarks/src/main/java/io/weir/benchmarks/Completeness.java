package io.weir.benchmarks;

import java.lang.reflect.RecordComponent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks for what a record from outside lacks: all but what is marked as nullable, and a number at least in lists of numbers. */
final class Completeness {
    private Completeness() {}

    /**
     * Looks at a record and all records in it.
     *
     * @param path where it is, for the message
     * @throws IllegalArgumentException that names what is missing
     */
    static void require(Record record, String path) {
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            String at = path + "/" + component.getName();
            Object value = valueOf(record, component);
            if (value == null) {
                if (!component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                    throw new IllegalArgumentException(at + " is missing");
                }
            } else if (value instanceof List<?> list) {
                requireList(list, component.getGenericType().getTypeName(), at);
            } else if (value instanceof Record inner) {
                require(inner, at);
            }
        }
    }

    private static void requireList(List<?> list, String type, String at) {
        boolean isOfNumbers = type.endsWith("Double>") || type.endsWith("Integer>");
        if (list.isEmpty() && isOfNumbers) {
            throw new IllegalArgumentException(at + " is empty");
        }
        for (int i = 0; i < list.size(); i++) {
            Object element = list.get(i);
            if (element == null) {
                throw new IllegalArgumentException(at + "/" + i + " is missing");
            } else if (element instanceof Record inner) {
                require(inner, at + "/" + i);
            }
        }
    }

    private static @Nullable Object valueOf(Record record, RecordComponent component) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(record);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a component of a record can be read", e);
        }
    }
}
