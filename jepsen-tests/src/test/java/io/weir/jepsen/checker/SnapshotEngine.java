package io.weir.jepsen.checker;

import io.weir.jepsen.history.Step;
import io.weir.jepsen.history.Values;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Snapshot isolation: reads see the state at the beginning; the first of two writers of a stream wins. */
final class SnapshotEngine extends Engine {
    @Override
    Attempt begin(int process, List<Step> steps) {
        int snapshot = commits();
        List<Step> done = new ArrayList<>();
        return new Attempt() {
            @Override
            public void step() {
                Step step = steps.get(done.size());
                done.add(step instanceof Step.Read read ? read(read, then(read), done) : step);
            }

            @Override
            public @Nullable List<Step> commit() {
                boolean isFirst = steps.stream()
                        .allMatch(
                                step -> step instanceof Step.Read || then(step).equals(current(step.stream())));
                return isFirst ? apply(done) : null;
            }

            private Values then(Step step) {
                return asOf(snapshot, step.stream());
            }
        };
    }
}
