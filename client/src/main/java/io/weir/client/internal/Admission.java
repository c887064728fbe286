package io.weir.client.internal;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The calls of a {@link Lane} that may not be sent yet, and the order in which they may: it gives them their places in a session.
 *
 * <p>A command can name in {@code after} only commands of its own session with smaller sequences, and not many. A call that has
 * others open before it on its streams waits here for one that it could not name, and is looked at again when that is done; so
 * is whatever comes after it on its streams. All other calls go past it: one stream whose calls wait long, and with them their
 * session's low-water mark, so that later calls come in other sessions, must not hold up the rest.
 *
 * <p>Threading: used by the lane's executor alone.
 */
final class Admission {
    /** More predecessors than this are waited for here rather than named in a command. */
    static final int MAX_AFTER = 32;

    private final Sessions sessions;
    private final Runnable wakeUp;

    /** To be looked at, by their ordinals. */
    private final TreeMap<Long, Call<?>> queued = new TreeMap<>();
    /** By the call that they wait for. */
    private final Map<Call<?>, Set<Call<?>>> waiting = new HashMap<>();

    /** @param wakeUp run, on any thread, when a session was opened that {@link #next} had missed */
    Admission(Sessions sessions, Runnable wakeUp) {
        this.sessions = sessions;
        this.wakeUp = wakeUp;
    }

    /** Takes a call that has no place yet, or a given one. */
    void add(Call<?> call) {
        queued.put(call.ordinal, call);
    }

    /** The first call that may be sent in its place, or null: none may now. It is no longer here then. */
    @Nullable
    Call<?> next() {
        while (!queued.isEmpty()) {
            Call<?> call = queued.firstEntry().getValue();
            Set<Call<?>> open = call.openPredecessors();
            Call<?> obstacle = firstToWaitFor(open);
            if (obstacle == null) {
                if (!hasPlace(call)) {
                    return null; // nor would those behind it get one
                }
                obstacle = firstNotFollowed(call, open);
            }
            queued.remove(call.ordinal);
            if (obstacle == null) {
                release(call);
                return call;
            }
            call.waitsFor = obstacle;
            waiting.computeIfAbsent(obstacle, first -> new LinkedHashSet<>()).add(call);
        }
        return null;
    }

    /** One that is still here itself, or any if they are too many to be named. */
    private static @Nullable Call<?> firstToWaitFor(Set<Call<?>> open) {
        for (Call<?> earlier : open) {
            if (earlier.waitsFor != null || open.size() > MAX_AFTER) {
                return earlier;
            }
        }
        return null;
    }

    private static @Nullable Call<?> firstNotFollowed(Call<?> call, Set<Call<?>> open) {
        for (Call<?> earlier : open) {
            if (!call.canFollow(earlier)) {
                return earlier;
            }
        }
        return null;
    }

    private boolean hasPlace(Call<?> call) {
        if (call.ticket == null) {
            call.ticket = sessions.take(wakeUp);
            if (call.ticket != null && call.lifeMs > 0 && call.expiryMs == 0) {
                call.expiryMs = sessions.logTimeMs() + call.lifeMs;
            }
        }
        return call.ticket != null;
    }

    /** A call has ended, wherever it was. */
    void ended(Call<?> call) {
        queued.remove(call.ordinal);
        Call<?> obstacle = call.waitsFor;
        Set<Call<?>> others = obstacle == null ? null : waiting.get(obstacle);
        if (others != null) {
            others.remove(call);
            call.waitsFor = null;
        }
        release(call);
    }

    /** Those that have waited for it are looked at again. */
    private void release(Call<?> call) {
        Set<Call<?>> released = waiting.remove(call);
        if (released != null) {
            for (Call<?> later : released) {
                later.waitsFor = null;
                queued.put(later.ordinal, later);
            }
        }
    }
}
