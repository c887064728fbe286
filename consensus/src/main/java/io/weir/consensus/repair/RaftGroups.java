package io.weir.consensus.repair;

import io.weir.consensus.partition.RaftEvents;
import io.weir.consensus.partition.RaftPort;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/**
 * The Raft groups of a node, started and stopped one by one: one that is damaged must not keep the others from running.
 *
 * <p>Any thread; starts wait for each other.
 */
public interface RaftGroups {
    /** Where Raft keeps a partition's log and vote; nothing is there before the first start. */
    Path directory(int partition);

    /**
     * The port for one life of a partition: it answers that the partition is not running until {@link #start} has returned,
     * and again when the group has stopped, whatever is started after it.
     */
    RaftPort newPort(int partition);

    /**
     * Starts a partition's group on what lies in its directory. When it returns the directory's name is on the disk.
     *
     * @param port from {@link #newPort}
     * @param logCut is told before the log is cut or purged
     * @param isMember whether this node belongs to the group from the beginning; else it votes only after a leader has told
     *     it that it has been taken in, unless its log says so
     * @throws IOException if it cannot be started; the files may be touched when {@link #stop} has returned
     */
    void start(int partition, RaftPort port, RaftEvents events, LogCut logCut, boolean isMember) throws IOException;

    /**
     * Stops a partition's group and releases its files; does nothing if it does not run. A group whose start or stop took too
     * long is waited for: it may still run.
     *
     * @return the highest term that the group has been in, written down or not; -1 if it did not run
     * @throws IOException if that takes too long: the files are still in use, until another call returns
     */
    long stop(int partition) throws IOException;

    /** The highest index of the local log that is known to be on the disk; -1 if there is none or the group is not running. */
    long flushedIndex(int partition);

    /** Drops what is cached of the log above its bound; to be called every few milliseconds. May wait for the disk. */
    void trimCache(int partition);

    /**
     * Whether a group's replica takes no part in elections any more though it stands for one: see {@code Candidacy}. May be true
     * for a moment while it begins or ends to stand.
     */
    boolean isStranded(int partition);

    /**
     * Commits a configuration of a partition's group with or without a member, if this node leads it.
     *
     * @return completes when every later leader knows, or with a {@link io.weir.client.spi.NodeFailure}: {@code NOT_LEADER},
     *     {@code NOT_READY} while another change is under way, {@code DEADLINE_EXCEEDED}. What was not in time may still come
     *     to pass; to ask again is safe
     */
    CompletableFuture<Void> change(int partition, String member, boolean isMember, long timeoutMs);

    /** Makes another member lead, if this node does; completes when this one no longer leads. */
    CompletableFuture<Void> stepDown(int partition, long timeoutMs);
}
