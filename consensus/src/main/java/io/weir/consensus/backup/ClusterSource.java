package io.weir.consensus.backup;

import io.weir.client.EventStoreException;
import io.weir.client.spi.NodeFailure;
import io.weir.consensus.transfer.GrpcPeers;
import io.weir.logstore.StoreException;
import io.weir.protocol.ClusterDescription;
import io.weir.protocol.Error;
import io.weir.protocol.Member;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * A cluster that runs, over the network: each partition is pulled from its leader, which knows what has been acknowledged. Who
 * leads may change at any time; then the copy begins anew at the next one.
 */
public final class ClusterSource implements BackupSource, AutoCloseable {
    /** When to give up. */
    record Patience(Duration withoutChunk, int brokenOff, Duration pause) {
        /** An election, a restart or a node that is busy with other copies is waited for. */
        static final Patience DEFAULT = new Patience(Duration.ofSeconds(60), 20, Duration.ofMillis(250));
    }

    /** A sender says at least every ten seconds that it cannot begin. */
    private static final Duration SILENCE = Duration.ofSeconds(30);

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
        this.leaders = List.copyOf(cluster.getLeadersList());
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

    @Override
    public void pull(int partition, Attempt attempt) {
        Search search = new Search(partition, attempt);
        while (!search.isOver()) {
            search.round();
        }
    }

    /** One partition's leader, and a copy from it. */
    private final class Search {
        private final int partition;
        private final Attempt attempt;
        private final Map<String, String> answers = new TreeMap<>();
        private String leader;
        private long chunkNanos = System.nanoTime();
        private int brokenOff;
        private boolean done;

        Search(int partition, Attempt attempt) {
            this.partition = partition;
            this.attempt = attempt;
            this.leader = leaders.get(partition);
        }

        boolean isOver() {
            if (done) {
                return true;
            }
            boolean isHopeless =
                    System.nanoTime() - chunkNanos > patience.withoutChunk().toNanos()
                            || brokenOff >= patience.brokenOff();
            if (isHopeless) {
                throw new EventStoreException.Unavailable(
                        "partition " + partition + " cannot be saved: nobody gave a copy as its leader (" + answers
                                + ")",
                        null);
            }
            return false;
        }

        /** Asks everybody once, who leads first. */
        void round() {
            Deque<String> next = new ArrayDeque<>(members);
            List<String> asked = new ArrayList<>();
            while (!done && (members.contains(leader) || !next.isEmpty())) {
                String member = members.contains(leader) ? leader : next.removeFirst();
                leader = "";
                if (!asked.contains(member)) {
                    asked.add(member);
                    ask(member);
                    leader = asked.contains(leader) ? "" : leader;
                }
            }
            if (!done) {
                pause();
            }
        }

        private void ask(String member) {
            boolean[] begun = {false};
            try {
                attempt.begin();
                peers.pullAfterBarrier(member, partition, chunk -> {
                    begun[0] = true;
                    attempt.chunk(chunk);
                    chunkNanos = System.nanoTime();
                });
                attempt.end();
                done = true;
            } catch (NodeFailure e) {
                answers.put(member, e.error().getMessage());
                if (e.error().getCode() == Error.Code.NOT_LEADER) {
                    leader = e.error().getLeader();
                }
            } catch (StoreException.Corrupted e) { // the sender's disk: it repairs itself, or another one leads soon
                answers.put(member, String.valueOf(e.getMessage()));
            } finally {
                brokenOff += begun[0] && !done ? 1 : 0;
            }
        }

        private void pause() {
            try {
                TimeUnit.NANOSECONDS.sleep(patience.pause().toNanos());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new EventStoreException.Unavailable("interrupted while partition " + partition + " is saved", e);
            }
        }
    }

    /** Ends the connections. Idempotent. */
    @Override
    public void close() {
        peers.close();
    }
}
