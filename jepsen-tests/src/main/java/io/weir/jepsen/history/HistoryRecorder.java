package io.weir.jepsen.history;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A notebook into which clients write what they do, while they do it. For any number of threads. A lock gives each line
 * its number and its time, so that the order of the lines is real time's: an operation that was noted as complete
 * before another was noted as invoked was over before that one began. The lock is held for the time of adding to a
 * list.
 */
public final class HistoryRecorder {
    private final LongSupplier clockNs;
    private final List<Line> lines = new ArrayList<>();
    private int processes;

    /** With a clock that never goes back, in nanoseconds. */
    public HistoryRecorder(LongSupplier clockNs) {
        this.clockNs = clockNs;
    }

    /** With this JVM's monotonic clock, from 0. */
    public static HistoryRecorder ofRealTime() {
        long start = System.nanoTime();
        return new HistoryRecorder(() -> System.nanoTime() - start);
    }

    /** A client that does one thing after another. */
    public synchronized Client newClient() {
        return new Client(processes++);
    }

    /** What has been noted up to now; what has not completed yet is in doubt. */
    public synchronized History history() {
        return History.of(lines);
    }

    private void add(LineType type, int process, Operation operation, @Nullable String node, @Nullable String error) {
        lines.add(new Line(lines.size(), clockNs.getAsLong(), type, process, operation, node, error));
    }

    /**
     * One client, which notes what it does. Calls may come from any thread, but each operation is completed before the
     * next one is invoked.
     */
    public final class Client {
        private int process;
        private @Nullable Operation open;
        private @Nullable String node;

        private Client(int process) {
            this.process = process;
        }

        /** The number under which it appears now; another one after each operation that ended in doubt. */
        public int process() {
            synchronized (HistoryRecorder.this) {
                return process;
            }
        }

        /** Notes that this transaction will now be asked of a node: called <em>before</em> anything is sent. */
        public void invoke(List<Step> steps, @Nullable String askedNode) {
            invoke(new Transaction(steps), askedNode);
        }

        /** Notes that this will now be asked of a node: called <em>before</em> anything is sent. */
        public void invoke(Operation operation, @Nullable String askedNode) {
            synchronized (HistoryRecorder.this) {
                if (open != null) {
                    throw new IllegalStateException("process " + process + " has not completed " + open);
                }
                add(LineType.INVOKE, process, operation, askedNode, null);
                open = operation;
                node = askedNode;
            }
        }

        /** Notes that the transaction took effect: called <em>after</em> the answer has come, with all reads filled. */
        public void ok(List<Step> steps) {
            synchronized (HistoryRecorder.this) {
                ok(new Transaction(steps, open != null && open.isFinal()));
            }
        }

        /** Notes that it took effect: called <em>after</em> the answer has come, with all that was answered. */
        public void ok(Operation answered) {
            complete(LineType.OK, answered, null);
        }

        /** Notes that it took no effect and never will: a condition that did not hold, an abort. */
        public void fail(String error) {
            complete(LineType.FAIL, null, error);
        }

        /** The same with what was answered: the state in which a condition did not hold. */
        public void fail(Operation answered, String error) {
            complete(LineType.FAIL, answered, error);
        }

        /**
         * Notes that it is in doubt: a timeout, a connection that was lost. The process retires; a new one takes over.
         */
        public void info(String error) {
            complete(LineType.INFO, null, error);
        }

        private void complete(LineType type, @Nullable Operation answered, @Nullable String error) {
            synchronized (HistoryRecorder.this) {
                if (open == null) {
                    throw new IllegalStateException("process " + process + " has nothing to complete");
                }
                add(type, process, answered == null ? open : answered, node, error);
                open = null;
                if (type == LineType.INFO) {
                    process = processes++;
                }
            }
        }
    }
}
