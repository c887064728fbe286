package io.weir.consensus.backup;

import io.weir.client.EventStoreException;
import io.weir.client.spi.NodeFailure;
import io.weir.consensus.partition.Cut;
import io.weir.consensus.partition.Failures;
import io.weir.consensus.transfer.GrpcPeers;
import io.weir.consensus.transfer.RemoteCut;
import io.weir.logstore.StoreException;
import io.weir.protocol.ClusterDescription;
import io.weir.protocol.CutRequest.Step;
import io.weir.protocol.Error;
import io.weir.protocol.Member;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A cluster that runs, over the network: the leaders of all partitions open one cut, and each is pulled from its view. Who leads may
 * change at any time; if that is while the cut is opened, or a node goes before its views were copied, all begins anew.
 */
public final class ClusterSource implements BackupSource, AutoCloseable {
    /** When to give up, and when to try again; {@code opening} is for a cut that is being opened. */
    record Patience(Duration withoutChunk, int brokenOff, Duration pause, Duration longestPause, Duration opening) {
        /** An election, a restart or a node that is busy with other copies is waited for. */
        static final Patience DEFAULT = new Patience(
                Duration.ofSeconds(60),
                20,
                Duration.ofMillis(250),
                Duration.ofSeconds(4),
                Duration.ofMillis(Cut.HOLD_MS));
    }

    /** All copies of a node share one rate, and a chunk waits for its turn. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

    /** A leader that has a majority proves it in the time of a heartbeat. */
    private static final long PROOF_MS = 2_000;

    private final String clusterId;
    private final List<String> leaders;
    private final List<String> members;
    private final GrpcPeers peers;
    private final Patience patience;

    /** @param cluster as one of its nodes describes it */
    public ClusterSource(ClusterDescription cluster) {
        this(cluster, Patience.DEFAULT);
    }

    ClusterSource(ClusterDescription cluster, Patience patience) {
        this.clusterId = cluster.getClusterId();
        this.leaders = new ArrayList<>(cluster.getLeadersList());
        this.patience = patience;
        Map<String, String> addresses = new LinkedHashMap<>();
        for (Member member : cluster.getMembersList()) {
            if (!member.getClientAddress().isEmpty()) {
                addresses.put(member.getId(), member.getClientAddress());
            }
        }
        this.members = List.copyOf(addresses.keySet());
        this.peers = new GrpcPeers(clusterId, "", addresses, SILENCE);
    }

    @Override
    public String clusterId() {
        return clusterId;
    }

    @Override
    public int partitions() {
        return leaders.size();
    }

    /** Not for several threads. */
    @Override
    public void pull(Attempt attempt) {
        Search search = new Search(attempt);
        boolean done = search.attempt();
        while (!done) {
            search.pause();
            done = search.attempt();
        }
    }

    /** One partition's part of a cut, at the node that leads it. */
    private record Part(int partition, String member, RemoteCut cut) implements CutOpening.Part {
        @Override
        public CompletableFuture<Void> hold() {
            return step(Step.HOLD);
        }

        @Override
        public CompletableFuture<Void> open() {
            return step(Step.OPEN);
        }

        @Override
        public CompletableFuture<Void> release() {
            return step(Step.RELEASE);
        }

        private CompletableFuture<Void> step(Step step) {
            return cut.step(step);
        }
    }

    /** A cut, and copies of all its parts. */
    private final class Search {
        private final Attempt attempt;
        private final List<Part> parts = new ArrayList<>();
        /** What each member said last of the partition that was the last to be in the way. */
        private final Map<String, String> answers = new TreeMap<>();

        private int blocked;
        private long chunkNanos = System.nanoTime();
        private long pauseMs = patience.pause().toMillis();
        private int brokenOff;
        /** Of the copy that was tried last. */
        private boolean hasBegun;

        Search(Attempt attempt) {
            this.attempt = attempt;
        }

        /** Whether all is copied. */
        boolean attempt() {
            try {
                return findLeaders() && openCut() && copyAll();
            } finally {
                parts.forEach(part -> part.cut.close());
                parts.clear();
            }
        }

        private void inTheWay(int partition, String member, String why) {
            if (partition != blocked) {
                answers.clear();
                blocked = partition;
            }
            answers.put(member, why);
        }

        /** Nobody holds anything before all leaders are known to have majorities: commits would wait for an election elsewhere. */
        private boolean findLeaders() {
            for (int partition = 0; partition < leaders.size(); partition++) {
                Part found = findLeader(partition);
                if (found == null) {
                    return false;
                }
                parts.add(found);
            }
            return true;
        }

        /** Asks everybody once, who leads first. */
        private @Nullable Part findLeader(int partition) {
            Deque<String> next = new ArrayDeque<>(members);
            Set<String> asked = new HashSet<>();
            while (true) {
                String hint = leaders.get(partition);
                String member = members.contains(hint) && !asked.contains(hint) ? hint : next.pollFirst();
                if (member == null) {
                    return null;
                }
                Part part = asked.add(member) ? prove(partition, member) : null;
                if (part != null) {
                    return part;
                }
            }
        }

        private @Nullable Part prove(int partition, String member) {
            RemoteCut cut = null;
            boolean isProved = false;
            try {
                cut = peers.cut(member, partition);
                await(cut.step(Step.PROVE), PROOF_MS);
                isProved = true;
                leaders.set(partition, member);
                return new Part(partition, member, cut);
            } catch (NodeFailure e) {
                failed(partition, member, e);
                return null;
            } finally {
                if (cut != null && !isProved) {
                    cut.close();
                }
            }
        }

        private void failed(int partition, String member, NodeFailure failure) {
            inTheWay(partition, member, failure.error().getMessage());
            if (failure.error().getCode() == Error.Code.NOT_LEADER) {
                leaders.set(partition, failure.error().getLeader());
            }
        }

        private boolean openCut() {
            try {
                await(CutOpening.open(parts), patience.opening().toMillis());
                return true;
            } catch (NodeFailure e) {
                for (Part part : parts) {
                    NodeFailure why = part.cut.failure();
                    if (why != null) {
                        failed(part.partition, part.member, why);
                        return false;
                    }
                }
                Part slow = parts.stream()
                        .filter(part -> part.cut.isBusy())
                        .findFirst()
                        .orElse(parts.get(0));
                failed(slow.partition, slow.member, e);
                return false;
            }
        }

        private boolean copyAll() {
            attempt.begin();
            for (Part part : parts) {
                boolean isCopied = copy(part);
                while (!isCopied && part.cut.failure() == null && !hasBegun) {
                    pause();
                    isCopied = copy(part);
                }
                if (!isCopied) {
                    brokenOff++;
                    return false;
                }
            }
            return true;
        }

        private boolean copy(Part part) {
            hasBegun = false;
            try {
                peers.pullCut(part.member, part.partition, part.cut.id(), chunk -> {
                    hasBegun = true;
                    attempt.chunk(part.partition, chunk);
                    chunkNanos = System.nanoTime();
                    pauseMs = patience.pause().toMillis();
                });
                attempt.end(part.partition);
                return true;
            } catch (NodeFailure e) {
                failed(part.partition, part.member, e);
            } catch (StoreException.Corrupted e) { // the sender's disk: it repairs itself, or another one leads soon
                hasBegun = true;
                inTheWay(part.partition, part.member, String.valueOf(e.getMessage()));
            }
            return false;
        }

        /** Longer each time: what was held up must not be held up most of the time. */
        void pause() {
            boolean isHopeless =
                    System.nanoTime() - chunkNanos > patience.withoutChunk().toNanos()
                            || brokenOff >= patience.brokenOff();
            if (isHopeless) {
                throw new EventStoreException.Unavailable(
                        "partition " + blocked + " cannot be saved: nobody gave a copy as its leader (" + answers + ")",
                        null);
            }
            try {
                TimeUnit.MILLISECONDS.sleep(pauseMs);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new EventStoreException.Unavailable("interrupted while partition " + blocked + " is saved", e);
            }
            pauseMs = Math.min(2 * pauseMs, patience.longestPause().toMillis());
        }
    }

    private static void await(CompletableFuture<Void> step, long timeoutMs) {
        try {
            step.get(timeoutMs, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw Failures.of(Objects.requireNonNullElse(e.getCause(), e));
        } catch (TimeoutException e) {
            throw Failures.deadline("it has not answered for " + timeoutMs + " ms");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new EventStoreException.Unavailable("interrupted while a cut was opened", e);
        }
    }

    /** Ends the connections. Idempotent. */
    @Override
    public void close() {
        peers.close();
    }
}
