package io.weir.logstore.support;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Named points at which a test may end the process, and named mistakes that a test may switch on. Without the system
 * properties, which no product sets, all of it is nothing.
 *
 * <ul>
 *   <li>{@code -Dweir.fault=<point>[:<n>]} halts the process, without a word to anybody, when it passes the point for the
 *       n-th time: a kill -9 at the worst moment.
 *   <li>{@code -Dweir.fault=@<file>} does so at the point that the file names when it is passed, if there is such a file: a
 *       process that runs can be told where to die.
 *   <li>{@code -Dweir.mutant=<name>[,<name>]} lets the code make a mistake on purpose. A test that does not notice is worth
 *       nothing.
 * </ul>
 */
public final class FaultPoint {
    /** What a process that was halted here exits with: as if by SIGKILL. */
    public static final int EXIT_CODE = 137;

    private static final String POINT = System.getProperty("weir.fault", "");
    private static final @Nullable Path ORDER = POINT.startsWith("@") ? Path.of(POINT.substring(1)) : null;
    private static final String NAME = POINT.replaceFirst(":.*", "");
    private static final int NTH = POINT.contains(":") ? Integer.parseInt(POINT.replaceFirst(".*:", "")) : 1;
    private static final String MUTANT = System.getProperty("weir.mutant", "");
    private static final boolean IS_SOUND = MUTANT.isEmpty();
    private static final Set<String> MUTANTS = Set.of(MUTANT.split(","));
    private static final Map<String, AtomicInteger> PASSED = new ConcurrentHashMap<>();

    private FaultPoint() {}

    /** A place where a process may be killed. */
    public static void pass(String point) {
        if (POINT.isEmpty()) {
            return;
        }
        if (ORDER != null ? isOrdered(ORDER, point) : isNth(point)) {
            Runtime.getRuntime().halt(EXIT_CODE);
        }
    }

    private static boolean isNth(String point) {
        return NAME.equals(point)
                && PASSED.computeIfAbsent(point, p -> new AtomicInteger()).incrementAndGet() == NTH;
    }

    private static boolean isOrdered(Path order, String point) {
        try {
            return Files.exists(order) && Files.readString(order).equals(point);
        } catch (IOException e) {
            return false; // it has been withdrawn just now
        }
    }

    /** Whether a mistake is switched on. On every path: where none is, the compiler leaves nothing of it. */
    public static boolean isMutant(String name) {
        return !IS_SOUND && MUTANTS.contains(name);
    }
}
