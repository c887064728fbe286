package io.weir.cli.doctor;

import io.weir.cli.cluster.DigestComparison;
import io.weir.cli.cluster.MemberReport;
import io.weir.cli.config.ConnectionOptions;
import io.weir.cli.shell.Console;
import io.weir.cli.shell.FailureReport;
import io.weir.client.EventStore;
import io.weir.client.EventStoreException;
import io.weir.protocol.PartitionStatus;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** The checks of {@code weir doctor} that ask the cluster; each stands on the ones before it. */
final class ClusterChecks {
    private static final int PORT_TIMEOUT_MS = 2_000;
    private static final long DIGEST_TIMEOUT_NS = 5_000_000_000L;
    private static final long DIGEST_PAUSE_MS = 50;

    private ClusterChecks() {}

    static List<Finding> all(ConnectionOptions connection, Console console) throws InterruptedException {
        List<Finding> findings = new ArrayList<>(ports(connection.address()));
        try (EventStore store = connection.open(console)) {
            List<MemberReport> members = MemberReport.ask(store);
            findings.add(Finding.fine(
                    "cluster", "answers; " + members.size() + " members, " + store.partitions() + " partitions"));
            members.forEach(member -> findings.add(readiness(member)));
            findings.addAll(ClusterFindings.of(members));
            findings.add(digests(store));
        } catch (EventStoreException | CompletionException e) {
            FailureReport report = FailureReport.of(e);
            findings.add(Finding.wrong(
                    "cluster", report.what(), "Start a node with \"weir server\", or name another --connect."));
        }
        return findings;
    }

    /** Tells a port that nobody holds from a node that does not answer. */
    private static List<Finding> ports(String address) {
        List<Finding> findings = new ArrayList<>();
        for (String hostPort : address.replaceFirst("^weir://", "").split(",", -1)) {
            findings.add(port(hostPort.strip()));
        }
        return findings;
    }

    static Finding port(String hostPort) {
        int colon = hostPort.lastIndexOf(':');
        String check = "port " + hostPort;
        try (Socket socket = new Socket()) {
            InetAddress host = InetAddress.getByName(hostPort.substring(0, colon));
            socket.connect(
                    new InetSocketAddress(host, Integer.parseInt(hostPort.substring(colon + 1))), PORT_TIMEOUT_MS);
            return Finding.fine(check, "someone listens");
        } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
            return Finding.wrong(check, "is no host:port", "Write --connect weir://127.0.0.1:7400.");
        } catch (IOException e) {
            return Finding.wrong(
                    check, "nobody answers: " + e.getMessage(), "Start the node, or name its client address.");
        }
    }

    private static Finding readiness(MemberReport member) {
        String check = "node " + member.node();
        if (member.status() == null) {
            return Finding.wrong(
                    check, "cannot be reached: " + member.failure(), "Start it: weir server --node " + member.node());
        }
        List<String> unready = member.status().getPartitionsList().stream()
                .filter(partition -> !partition.getReady())
                .map(partition -> "partition " + partition.getPartition() + ": " + partition.getReason())
                .toList();
        return unready.isEmpty()
                ? Finding.fine(check, "all partitions serve")
                : Finding.wrong(check, String.join("; ", unready), "Wait some seconds; then see that a majority runs.");
    }

    private static Finding digests(EventStore store) throws InterruptedException {
        DigestComparison comparison = new DigestComparison();
        long end = System.nanoTime() + DIGEST_TIMEOUT_NS;
        List<String> reachable;
        do {
            reachable = new ArrayList<>();
            for (MemberReport member : MemberReport.ask(store)) {
                if (member.status() != null) {
                    reachable.add(member.node());
                    for (PartitionStatus status : member.status().getPartitionsList()) {
                        comparison.add(member.node(), status);
                    }
                }
            }
            if (comparison.isConclusive(store.partitions(), reachable)) {
                break;
            }
            TimeUnit.MILLISECONDS.sleep(DIGEST_PAUSE_MS);
        } while (System.nanoTime() - end < 0);
        return verdict(comparison, comparison.uncompared(store.partitions(), reachable));
    }

    private static Finding verdict(DigestComparison comparison, List<Integer> uncompared) {
        if (!comparison.mismatches().isEmpty()) {
            return Finding.wrong(
                    "digests",
                    "replicas differ: " + comparison.mismatches(),
                    "Look at weir cluster hash: a replica that differs from a majority rebuilds itself; without a majority"
                            + " keep all directories, and report it.");
        }
        return uncompared.isEmpty()
                ? Finding.fine("digests", "all replicas that answer agree")
                : Finding.wrong(
                        "digests",
                        "partitions " + uncompared + " were never seen at one index",
                        "Look for longer: weir cluster hash --wait 1m");
    }
}
