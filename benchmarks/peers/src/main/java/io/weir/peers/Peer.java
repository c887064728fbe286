package io.weir.peers;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Set;

/**
 * A system that is measured beside others, with three replicas on this machine, or a part of the machine that bounds them all.
 *
 * <p>{@link #start} is called once and first. Calls come from one thread; what the openers return may each have its own.
 */
interface Peer extends AutoCloseable {
    /** As in {@code --peers}. */
    String name();

    /** What an acknowledgement means: on how many disks the event is by then. */
    String promise();

    /** Name and version of what runs. Only after {@link #start}. */
    String versions();

    /** What can be asked of it. */
    Set<Workload> workloads();

    /**
     * Starts it, and returns when it takes requests.
     *
     * @param directory for all its files: absolute, there, and empty
     * @throws CannotRunException if it is not installed, or does not start
     */
    void start(Path directory) throws CannotRunException, IOException, InterruptedException;

    /** A new client, tuned for the workload. */
    Appender appender(Workload workload);

    /**
     * A new client.
     *
     * @param number tells it from the others, from 0
     */
    default Transactor transactor(int number) {
        throw new UnsupportedOperationException(name() + " has no transactions");
    }

    /** Those that do the work; this one if there are no others. */
    Collection<ProcessHandle> processes();

    /** Ends all that it started. Idempotent; also after a failed start. */
    @Override
    void close();
}
