package io.weir.cli.demo;

import io.weir.cli.cluster.DigestComparison;
import io.weir.cli.shell.FailureReport;
import io.weir.client.EventStore;
import io.weir.protocol.NodeStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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

    /** How many were found equal. */
    record Agreement(int nodes, int partitions) {}

    Replicas(EventStore store, List<String> nodeIds) {
        this.store = store;
        this.nodeIds = nodeIds;
    }

    /**
     * Waits until every node has applied as much as every other, then compares.
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

    private @Nullable Agreement agreement() throws CheckFailed {
        missing.clear();
        List<NodeStatus> nodes = answers();
        nodes.forEach(node -> node.getPartitionsList().forEach(status -> digests.add(node.getNodeId(), status)));
        requireEqual();
        if (!areLevel(nodes)) {
            missing.add("nodes have applied different lengths of the log");
        }
        return nodes.size() == nodeIds.size() && missing.isEmpty()
                ? new Agreement(nodes.size(), store.partitions())
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
