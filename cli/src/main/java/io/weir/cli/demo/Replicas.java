package io.weir.cli.demo;

import io.weir.cli.cluster.DigestComparison;
import io.weir.cli.shell.FailureReport;
import io.weir.client.EventStore;
import io.weir.protocol.NodeStatus;
import io.weir.protocol.TransactionStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.ToLongFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * All replicas of all partitions of an idle cluster, compared by their digests: a digest stands for every command and
 * outcome up to an index of the log, so two at the same index must be equal.
 */
final class Replicas {
    private final EventStore store;
    private final List<String> nodeIds;
    private final DigestComparison digests = new DigestComparison();
    private final List<String> missing = new ArrayList<>();

    /**
     * How many were found equal, and what happened to transactions over several partitions on the way.
     *
     * @param contention attempts that gave way to another transaction
     * @param recovered attempts that were given up because nobody drove them any more
     */
    record Agreement(int nodes, int partitions, long contention, long recovered) {}

    Replicas(EventStore store, List<String> nodeIds) {
        this.store = store;
        this.nodeIds = nodeIds;
    }

    /**
     * Waits until every node has applied as much as every other and no transaction is in doubt, then compares.
     *
     * @throws CheckFailed if digests differ at the same index, or the nodes do not come level in time
     */
    Agreement awaitAgreement(Duration patience) throws CheckFailed {
        return Poll.until(patience, "all replicas to apply the same log", new Poll.Question<Agreement>() {
            @Override
            public @Nullable Agreement ask() throws CheckFailed {
                return agreement();
            }

            @Override
            public String missing() {
                return String.join("; ", missing);
            }
        });
    }

    /** Waits until every node serves, level or not. */
    void awaitServing(Duration patience) throws CheckFailed {
        Poll.until(patience, "all nodes to serve", new Poll.Question<Boolean>() {
            @Override
            public @Nullable Boolean ask() {
                missing.clear();
                return answers().size() == nodeIds.size() ? true : null;
            }

            @Override
            public String missing() {
                return String.join("; ", missing);
            }
        });
    }

    private @Nullable Agreement agreement() throws CheckFailed {
        missing.clear();
        List<NodeStatus> nodes = answers();
        nodes.forEach(node -> node.getPartitionsList().forEach(status -> digests.add(node.getNodeId(), status)));
        requireEqual();
        if (!areLevel(nodes)) {
            missing.add("nodes have applied different lengths of the log");
        }
        nodes.forEach(this::requireNoneOpen);
        return nodes.size() == nodeIds.size() && missing.isEmpty()
                ? new Agreement(
                        nodes.size(),
                        store.partitions(),
                        count(nodes, TransactionStatus::getContention),
                        count(nodes, TransactionStatus::getRecovered))
                : null;
    }

    /** A node that is still starting cannot be reached, which is what is waited for to end; why is kept for the error. */
    private List<NodeStatus> answers() {
        List<NodeStatus> answers = new ArrayList<>();
        for (CompletableFuture<NodeStatus> status : store.status()) {
            try {
                NodeStatus node = status.join();
                if (node.getReady() && node.getPartitionsCount() == store.partitions()) {
                    answers.add(node);
                } else {
                    missing.add("node " + node.getNodeId() + " is not ready");
                }
            } catch (CompletionException e) {
                missing.add(FailureReport.of(e).what());
            }
        }
        return answers;
    }

    private void requireEqual() throws CheckFailed {
        List<DigestComparison.Mismatch> mismatches = digests.mismatches();
        if (!mismatches.isEmpty()) {
            throw new CheckFailed(
                    "replicas differ",
                    mismatches.stream().map(DigestComparison.Mismatch::toString).toList());
        }
    }

    private void requireNoneOpen(NodeStatus node) {
        long open = node.getPartitionsList().stream()
                .mapToLong(partition -> partition.getTransactions().getOpen())
                .sum();
        if (open > 0) {
            missing.add("node " + node.getNodeId() + " holds parts of " + open + " transactions that are not finished");
        }
    }

    /** Each replica counts what it applied since its start: of each partition, the one that was never started again says most. */
    private long count(List<NodeStatus> nodes, ToLongFunction<TransactionStatus> counter) {
        return IntStream.range(0, store.partitions())
                .mapToLong(partition -> nodes.stream()
                        .mapToLong(node -> counter.applyAsLong(
                                node.getPartitions(partition).getTransactions()))
                        .max()
                        .orElse(0))
                .sum();
    }

    private boolean areLevel(List<NodeStatus> nodes) {
        for (int i = 0; i < store.partitions(); i++) {
            int partition = i;
            long indexes = nodes.stream()
                    .map(node -> node.getPartitions(partition).getAppliedIndex())
                    .distinct()
                    .count();
            if (indexes > 1) {
                return false;
            }
        }
        return true;
    }
}
