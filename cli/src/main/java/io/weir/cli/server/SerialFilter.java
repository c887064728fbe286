package io.weir.cli.server;

import java.io.ObjectInputFilter;

/**
 * What this process may deserialise: Ratis sends exceptions between peers as Java serialisation, and without a filter
 * whoever reaches its port chooses which classes of the class path are made from a stranger's bytes.
 */
final class SerialFilter {
    static final String PATTERN = "java.base/*;org.apache.ratis.**;!*";

    private SerialFilter() {}

    /** Sets the filter of the whole JVM, unless whoever started it has set one ({@code -Djdk.serialFilter}). */
    static void set() {
        if (ObjectInputFilter.Config.getSerialFilter() == null) {
            ObjectInputFilter.Config.setSerialFilter(ObjectInputFilter.Config.createFilter(PATTERN));
        }
    }
}
