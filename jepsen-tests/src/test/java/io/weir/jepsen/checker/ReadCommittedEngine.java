package io.weir.jepsen.checker;

import io.weir.jepsen.history.Step;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Read committed: each read sees what is committed at its moment, and nobody looks whether it still is at the end. */
final class ReadCommittedEngine extends Engine {
    @Override
    Attempt begin(int process, List<Step> steps) {
        List<Step> done = new ArrayList<>();
        return new Attempt() {
            @Override
            public void step() {
                Step step = steps.get(done.size());
                done.add(step instanceof Step.Read read ? read(read, current(read.stream()), done) : step);
            }

            @Override
            public @Nullable List<Step> commit() {
                return apply(done);
            }
        };
    }
}
