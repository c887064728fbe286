package io.weir.jepsen.checker;

import io.weir.jepsen.history.Step;
import io.weir.jepsen.history.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/** Does each transaction in one moment, when it commits: strictly serializable. */
class SerialEngine extends Engine {
    @Override
    Attempt begin(int process, List<Step> steps) {
        return new Attempt() {
            @Override
            public void step() {}

            @Override
            public @Nullable List<Step> commit() {
                return apply(filled(steps, stateFor(process, steps)));
            }
        };
    }

    /** What the streams hold for the reads of a transaction. */
    IntFunction<Values> stateFor(int process, List<Step> steps) {
        return this::current;
    }

    private static List<Step> filled(List<Step> steps, IntFunction<Values> state) {
        List<Step> filled = new ArrayList<>(steps.size());
        for (Step step : steps) {
            filled.add(step instanceof Step.Read read ? read(read, state.apply(read.stream()), filled) : step);
        }
        return filled;
    }
}
