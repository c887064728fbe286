package io.weir.jepsen.checker;

import io.weir.jepsen.history.LineType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The definition of linearizability, word for word: tries every order of a few operations that real time allows, with
 * and without those in doubt. Shares nothing with the search.
 */
final class Orders<S> {
    private final SequentialModel<S> model;
    private final List<Linearizability.Call> calls;
    private final boolean[] isDone;

    private Orders(SequentialModel<S> model, List<Linearizability.Call> calls) {
        this.model = model;
        this.calls = calls;
        this.isDone = new boolean[calls.size()];
    }

    static <S> boolean exists(SequentialModel<S> model, List<Linearizability.Call> calls) {
        return new Orders<>(model, calls).canGoOn(model.initial());
    }

    private boolean canGoOn(S state) {
        boolean isComplete = true;
        for (int next = 0; next < isDone.length; next++) {
            isComplete &= isDone[next] || calls.get(next).ending() == LineType.INFO;
            if (!isDone[next] && mayBeNext(next)) {
                @Nullable
                S after = model.after(
                        state, calls.get(next).operation(), calls.get(next).ending());
                if (after != null) {
                    isDone[next] = true;
                    boolean isFound = canGoOn(after);
                    isDone[next] = false;
                    if (isFound) {
                        return true;
                    }
                }
            }
        }
        return isComplete;
    }

    private boolean mayBeNext(int next) {
        for (int other = 0; other < isDone.length; other++) {
            if (!isDone[other] && calls.get(other).completed() < calls.get(next).invoked()) {
                return false;
            }
        }
        return true;
    }
}
