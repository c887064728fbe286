package io.weir.logstore.pages;

import io.weir.logstore.LogStore;
import io.weir.logstore.StoreException;
import io.weir.logstore.layout.CheckpointLayout;
import io.weir.logstore.lmdb.EnvDirectory;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/**
 * The slow verification of stores that are open, one after another on one daemon thread.
 *
 * <p>It reads behind the pin of the last checkpoint and takes no pin of its own, which would let the file grow for as long as
 * it lasts. When the next checkpoint takes over, it goes on in that one, after the last row that it checked. So every row is
 * checked once; but that no page is used twice, and the digest of a table, can be checked inside one checkpoint only.
 */
public final class BackgroundVerification implements AutoCloseable {
    /** Hears how a verification ended; called once, on the verifying thread. */
    public interface Listener {
        /** All was checked, or there is damage. */
        void ended(Verification found);

        /** It could not be done; nothing is known of the store. */
        void failed(RuntimeException e);
    }

    private final ExecutorService executor;
    private final long bytesPerSecond;
    private volatile boolean closed;

    /**
     * @param bytesPerSecond how fast it may read, all stores together
     */
    public BackgroundVerification(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
        this.executor = Executors.newSingleThreadExecutor(run -> {
            Thread thread = new Thread(run, "weir-verification");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Asks for the verification of an open store.
     *
     * @param directory the store's directory
     */
    public Task submit(LogStore store, Path directory, Listener listener) {
        Task task = new Task(store, directory, listener);
        executor.execute(task::run);
        return task;
    }

    /** Ends all of it, as {@link Task#close}; does not wait. */
    @Override
    public void close() {
        closed = true;
        executor.shutdown();
    }

    /** One verification. */
    public final class Task implements AutoCloseable {
        private final LogStore store;
        private final Path directory;
        private final Listener listener;
        /** Held while it runs and while it tells. */
        private final Object running = new Object();

        private boolean ended;
        private volatile boolean stopped;

        private Task(LogStore store, Path directory, Listener listener) {
            this.store = store;
            this.directory = directory;
            this.listener = listener;
        }

        /**
         * Ends it, and waits until it reads no more. To be called before the store closes: a store that another process, or
         * a second opening, writes on would look damaged. The listener hears nothing afterwards. Idempotent; the listener
         * itself may call it.
         */
        @Override
        public void close() {
            stopped = true;
            synchronized (running) {
                ended = true;
            }
        }

        private boolean isWanted() {
            return !stopped && !closed && !Thread.currentThread().isInterrupted();
        }

        private void run() {
            synchronized (running) {
                try {
                    Verification found = ended ? null : verify();
                    if (found != null) {
                        listener.ended(found);
                    }
                } catch (RuntimeException e) {
                    if (isWanted()) {
                        listener.failed(e);
                    }
                } finally {
                    ended = true;
                }
            }
        }

        /** Null if it was stopped. */
        private @Nullable Verification verify() {
            EnvDirectory before = null;
            StoreWalk.Place place = null;
            while (isWanted()) {
                EnvDirectory environment = current();
                CheckpointLayout.Saved saved = environment.readCheckpoint();
                PageVerifier.Run run = PageVerifier.ofCheckpoint(environment.dataFile(), saved)
                        .run(effort(saved), environment.equals(before) ? place : null);
                Verification found = run.verification();
                if (isWanted() && (found.complete() || (found.damage() != null && isLast(environment, saved)))) {
                    return found;
                }
                place = run.place() != null || !environment.equals(before) ? run.place() : place;
                before = environment;
            }
            return null;
        }

        private EnvDirectory current() {
            EnvDirectory environment = EnvDirectory.current(directory);
            if (environment == null) {
                throw new StoreException.Corrupted(directory + ": there is an open store, but nothing in it");
            }
            return environment;
        }

        private Effort effort(CheckpointLayout.Saved saved) {
            long index = saved.state().appliedIndex();
            return Effort.full()
                    .atMost(bytesPerSecond)
                    .onlyWhile(() -> isWanted() && store.checkpoint().appliedIndex() <= index);
        }

        /** Whether its pages were pinned all the time: the next checkpoint has its file before they are let go. */
        private boolean isLast(EnvDirectory environment, CheckpointLayout.Saved saved) {
            return current().equals(environment) && environment.readCheckpoint().equals(saved);
        }
    }
}
