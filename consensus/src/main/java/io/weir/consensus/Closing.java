package io.weir.consensus;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What has been started and must be undone, last first: the same list undoes a start that failed half-way and ends a node
 * that ran. A step that fails is logged and does not keep the others from being undone.
 */
final class Closing implements AutoCloseable {
    /** Undoes one step. */
    @FunctionalInterface
    interface Step {
        void undo() throws Exception;
    }

    private record Named(String name, Step step) {}

    private static final Logger LOG = LoggerFactory.getLogger(Closing.class);

    private final Deque<Named> steps = new ArrayDeque<>();

    void add(String name, Step step) {
        steps.push(new Named(name, step));
    }

    @Override
    public void close() {
        boolean interrupted = false;
        while (!steps.isEmpty()) {
            Named named = steps.pop();
            try {
                named.step().undo();
            } catch (InterruptedException e) {
                interrupted = true; // the rest must still be undone
            } catch (Exception e) {
                LOG.error("cannot close {}", named.name(), e);
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
