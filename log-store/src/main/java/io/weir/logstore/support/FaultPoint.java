package io.weir.logstore.support;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Named points at which a test may end the process, and named mistakes that a test may switch on. Without the system
 * properties, which no product sets, all of it is nothing.
 *
 * <ul>
 *   <li>{@code -Dweir.fault=<point>[:<n>]} halts the process, without a word to anybody, when it passes the point for the
 *       n-th time: a kill -9 at the worst moment.
 *   <li>{@code -Dweir.fault.while=<file>} counts only what passes while this file exists, so that a process can be told at any
 *       time to die at its next opportunity.
 *   <li>{@code -Dweir.mutant=<name>[,<name>]} lets the code make a mistake on purpose. A test that does not notice is worth
 *       nothing.
 * </ul>
 */
public final class FaultPoint {
    /** What a process that was halted here exits with: as if by SIGKILL. */
    public static final int EXIT_CODE = 137;

    private static final String POINT = System.getProperty("weir.fault", "");
    private static final String NAME = POINT.replaceFirst(":.*", "");
    private static final int NTH = POINT.contains(":") ? Integer.parseInt(POINT.replaceFirst(".*:", "")) : 1;
    private static final String WHILE = System.getProperty("weir.fault.while", "");
    private static final Set<String> MUTANTS =
            Set.of(System.getProperty("weir.mutant", "").split(","));
    private static final Map<String, AtomicInteger> PASSED = new ConcurrentHashMap<>();

    private FaultPoint() {}

    /** A place where a process may be killed. */
    public static void pass(String point) {
        if (!NAME.isEmpty() && NAME.equals(point) && isArmed()) {
            int times = PASSED.computeIfAbsent(point, p -> new AtomicInteger()).incrementAndGet();
            if (times == NTH) {
                Runtime.getRuntime().halt(EXIT_CODE);
            }
        }
    }

    private static boolean isArmed() {
        return WHILE.isEmpty() || Files.exists(Path.of(WHILE));
    }

    /** Whether a mistake is switched on. */
    public static boolean isMutant(String name) {
        return MUTANTS.contains(name);
    }
}
