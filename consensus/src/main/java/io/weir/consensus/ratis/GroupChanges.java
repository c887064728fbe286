package io.weir.consensus.ratis;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.GroupManagementRequest;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.RaftServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds groups to a Ratis server and removes them, and knows what of that goes on after nobody waits for it any more.
 *
 * <p>Ratis ends nothing that takes too long. A group whose start was given up starts all the same, votes and appends; while it
 * may, its files must not be judged, mended or replaced: what it writes then would be in nobody's files, and acknowledged.
 */
final class GroupChanges {
    private static final Logger LOG = LoggerFactory.getLogger(GroupChanges.class);

    private final RaftPeerId self;
    private final ClientId client;
    private final long timeoutMs;
    private final AtomicLong calls = new AtomicLong();
    /** Of groups that are to end: completes when the group is gone, with the highest term that it was in, or -1. */
    private final Map<RaftGroupId, CompletableFuture<Long>> ends = new ConcurrentHashMap<>();
    /** Ratis adds one after the other: whoever waits behind a long start has not begun to take its time. */
    private final ReentrantLock adding = new ReentrantLock(true);

    GroupChanges(RaftPeerId self, ClientId client, long timeoutMs) {
        this.self = self;
        this.client = client;
        this.timeoutMs = timeoutMs;
    }

    /** Something that may fail. */
    interface Step {
        void run() throws IOException;
    }

    /** @throws IOException if a group of this id may still be there: {@link #awaitEnd} */
    void requireGone(RaftGroupId group) throws IOException {
        CompletableFuture<Long> end = ends.get(group);
        if (end != null && !end.isDone()) {
            throw new IOException(group + " is still being started or stopped, since before");
        }
    }

    /**
     * Adds a group.
     *
     * @param then belongs to it
     * @param whenRefused releases what Ratis leaves of a group that it could not start
     * @throws IOException if it fails or takes too long: the group is removed as soon as it is there
     */
    void add(RaftServer server, RaftGroup group, Step then, Runnable whenRefused) throws IOException {
        lock();
        try {
            addAlone(server, group, then, whenRefused);
        } finally {
            adding.unlock();
        }
    }

    private void addAlone(RaftServer server, RaftGroup group, Step then, Runnable whenRefused) throws IOException {
        RaftGroupId id = group.getGroupId();
        boolean isThere = false;
        CompletableFuture<RaftClientReply> added = submit(
                        server, GroupManagementRequest.newAdd(client, self, calls.incrementAndGet(), group, false))
                .whenComplete((reply, failure) -> {
                    if (failure != null) {
                        whenRefused.run();
                    }
                });
        try {
            await(added, group + " to start");
            then.run();
            isThere = true;
        } finally {
            if (!isThere) {
                ends.put(
                        id,
                        added.handle((reply, failure) -> failure == null)
                                .thenCompose(isLate -> isLate ? removed(server, id) : gone()));
            }
        }
    }

    private void lock() throws IOException {
        try {
            adding.lockInterruptibly();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /** Begins to remove a group. */
    void remove(RaftServer server, RaftGroupId group) {
        ends.put(group, removed(server, group));
    }

    /**
     * Waits until a group that is to end is gone.
     *
     * @return the highest term that it was in; -1 if there was none
     * @throws IOException if it takes too long: the next call waits on. If removing it failed, which is said once
     */
    long awaitEnd(RaftGroupId group) throws IOException {
        CompletableFuture<Long> end = ends.get(group);
        if (end == null) {
            return -1;
        }
        try {
            return await(end, group + " to stop");
        } finally {
            if (end.isDone()) {
                ends.remove(group, end);
            }
        }
    }

    /** Without deleting or renaming: what becomes of the files is not for Ratis to decide. */
    private CompletableFuture<Long> removed(RaftServer server, RaftGroupId group) {
        RaftServer.Division division;
        try {
            division = server.getDivision(group);
        } catch (IOException e) {
            LOG.debug("{} is gone already", group, e);
            return gone();
        }
        return submit(
                        server,
                        GroupManagementRequest.newRemove(client, self, calls.incrementAndGet(), group, false, false))
                .thenApply(reply -> division.getInfo().getCurrentTerm());
    }

    private static CompletableFuture<Long> gone() {
        return CompletableFuture.completedFuture(-1L);
    }

    /** Ratis removes on the caller's thread, and may wait there for longer than anybody wants to. */
    private CompletableFuture<RaftClientReply> submit(RaftServer server, GroupManagementRequest request) {
        CompletableFuture<RaftClientReply> done = new CompletableFuture<>();
        Thread manager = new Thread(
                () -> {
                    var unused = server.groupManagementAsync(request).whenComplete((reply, failure) -> {
                        if (failure != null) {
                            done.completeExceptionally(failure);
                        } else if (!reply.isSuccess()) {
                            done.completeExceptionally(
                                    new IOException("Raft refuses " + request, reply.getException()));
                        } else {
                            done.complete(reply);
                        }
                    });
                },
                "weir-" + self + "-groups-" + request.getCallId());
        manager.setDaemon(true);
        manager.start();
        return done;
    }

    private <T> T await(CompletableFuture<T> done, String what) throws IOException {
        try {
            return done.get(timeoutMs, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IOException("Raft cannot start or stop a group: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("waited " + timeoutMs + " ms in vain for " + what, e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static IOException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IOException("interrupted while a Raft group starts or stops", e);
    }
}
