package io.weir.jepsen.checker;

import io.weir.jepsen.history.Step;
import io.weir.jepsen.history.Values;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntFunction;

/**
 * Asks a replica that lags behind for what only reads: serializable, but not in real time. With sessions a client never
 * reads an older state than it has read or written itself.
 */
final class LaggingEngine extends SerialEngine {
    private static final int MAX_LAG = 5;

    private final Random random;
    private final boolean hasSessions;
    private final Map<Integer, Integer> sessions = new HashMap<>();
    private boolean isCaughtUp;

    LaggingEngine(long seed, boolean hasSessions) {
        this.random = new Random(seed);
        this.hasSessions = hasSessions;
    }

    /** From now on nothing lags. */
    void catchUp() {
        isCaughtUp = true;
    }

    @Override
    IntFunction<Values> stateFor(int process, List<Step> steps) {
        boolean isReadOnly = steps.stream().allMatch(Step.Read.class::isInstance);
        int lag = isReadOnly && !isCaughtUp ? random.nextInt(MAX_LAG) : 0;
        int session = hasSessions ? sessions.getOrDefault(process, 0) : 0;
        int state = Math.max(session, Math.max(0, commits() - lag));
        sessions.put(process, isReadOnly ? state : commits() + 1);
        return stream -> asOf(state, stream);
    }
}
