package io.weir.jepsen.history;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A transaction of list-append: {@code :f :txn}, as Jepsen has it.
 *
 * @param steps what it does, in order; reads hold values if it took effect
 * @param isFinal whether it reads after the last fault what must be there
 */
public record Transaction(List<Step> steps, boolean isFinal) implements Operation {
    public Transaction {
        steps = List.copyOf(steps);
    }

    /** One while the run goes on. */
    public Transaction(List<Step> steps) {
        this(steps, false);
    }

    @Override
    public String name() {
        return "txn";
    }

    @Override
    public Operation asked() {
        return new Transaction(steps.stream().map(Transaction::asked).toList(), isFinal);
    }

    private static Step asked(Step step) {
        return step instanceof Step.Append append
                ? Step.append(append.stream(), append.value())
                : Step.read(step.stream());
    }

    @Override
    public boolean isAnswered() {
        return steps.stream().noneMatch(step -> step instanceof Step.Read read && read.values() == null);
    }

    /** Without copies: long histories are made of these. */
    @Override
    public boolean isAnswerTo(Operation invoked) {
        if (!(invoked instanceof Transaction that) || that.isFinal != isFinal || that.steps.size() != steps.size()) {
            return false;
        }
        for (int i = 0; i < steps.size(); i++) {
            if (!isSame(that.steps.get(i), steps.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** Apart from what the store has answered. */
    private static boolean isSame(Step invoked, Step completed) {
        if (invoked instanceof Step.Append append) {
            return completed instanceof Step.Append other
                    && append.stream() == other.stream()
                    && append.value() == other.value();
        }
        return completed instanceof Step.Read && invoked.stream() == completed.stream();
    }

    @Override
    public @Nullable String contradiction(LineType type) {
        boolean isOk = type == LineType.OK;
        for (Step step : steps) {
            if (step instanceof Step.Read read && (read.values() != null) != isOk) {
                return type.keyword() + " with " + read + ", but :ok alone knows what was read";
            }
            if (step instanceof Step.Append append && append.revision() != Step.Append.NO_REVISION && !isOk) {
                return type.keyword() + " with revision " + append.revision() + " of " + append;
            }
        }
        return null;
    }
}
