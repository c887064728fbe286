package io.weir.peers;

import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.weir.consensus.local.Ports;
import io.weir.peers.etcd.MaintenanceGrpc;
import io.weir.peers.etcd.StatusRequest;
import io.weir.peers.etcd.StatusResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** etcd: three members as the system has them, whose leader is asked, over several connections, as its own benchmark does. */
final class EtcdPeer implements Peer {
    private static final String PROGRAM = "etcd";
    private static final String PACKAGE = "etcd-server";
    private static final Duration START = Setup.PATIENCE;
    private static final int CONNECTIONS = 16;
    /** The most that its documentation recommends; a full store refuses every put. */
    private static final long QUOTA_BYTES = 8L << 30;

    private final Setup setup;
    private final List<ManagedChannel> channels = new ArrayList<>();
    private String version = "";
    private String leader = "";
    private @Nullable Children members;

    EtcdPeer(Setup setup) {
        this.setup = setup;
    }

    @Override
    public String name() {
        return "etcd";
    }

    @Override
    public String promise() {
        return "fsynced by a majority of three; one Raft group, and every key is indexed";
    }

    @Override
    public String versions() {
        return version;
    }

    @Override
    public Set<Workload> workloads() {
        return Set.of(Workload.append, Workload.latency);
    }

    @Override
    public void start(Path directory) throws CannotRunException, InterruptedException {
        Path program = Programs.find(PROGRAM, PACKAGE);
        version = Programs.firstLine(program, "--version").replace("etcd Version:", "etcd");
        Children started = new Children(directory);
        members = started;
        List<Integer> ports = Ports.free(2 * Setup.REPLICAS);
        String cluster = IntStream.range(0, Setup.REPLICAS)
                .mapToObj(node -> member(node) + "=http://127.0.0.1:" + ports.get(Setup.REPLICAS + node))
                .collect(Collectors.joining(","));
        for (int node = 0; node < Setup.REPLICAS; node++) {
            String client = "http://127.0.0.1:" + ports.get(node);
            String peer = "http://127.0.0.1:" + ports.get(Setup.REPLICAS + node);
            started.start(
                    member(node),
                    List.of(
                            program.toString(),
                            "--name=" + member(node),
                            "--data-dir=" + directory.resolve(member(node) + "-data"),
                            "--listen-client-urls=" + client,
                            "--advertise-client-urls=" + client,
                            "--listen-peer-urls=" + peer,
                            "--initial-advertise-peer-urls=" + peer,
                            "--initial-cluster=" + cluster,
                            "--initial-cluster-token=peers",
                            "--quota-backend-bytes=" + QUOTA_BYTES));
        }
        started.await(START, () -> findLeader(ports));
        for (int n = 0; n < CONNECTIONS; n++) {
            channels.add(channel(leader));
        }
    }

    private static String member(int node) {
        return "member-" + (node + 1);
    }

    private String findLeader(List<Integer> ports) throws InterruptedException {
        for (int node = 0; node < Setup.REPLICAS; node++) {
            String address = "127.0.0.1:" + ports.get(node);
            ManagedChannel channel = channel(address);
            try {
                StatusResponse status = MaintenanceGrpc.newBlockingStub(channel)
                        .withDeadlineAfter(5, TimeUnit.SECONDS)
                        .status(StatusRequest.getDefaultInstance());
                if (status.getLeader() == status.getHeader().getMemberId()) {
                    leader = address;
                    return "";
                }
            } finally {
                end(channel);
            }
        }
        return "no member leads";
    }

    private static ManagedChannel channel(String address) {
        return Grpc.newChannelBuilder(address, InsecureChannelCredentials.create())
                .build();
    }

    private static void end(ManagedChannel channel) throws InterruptedException {
        channel.shutdownNow();
        channel.awaitTermination(5, TimeUnit.SECONDS);
    }

    @Override
    public Appender appender(Workload workload) {
        return new EtcdAppender(channels, setup.payload());
    }

    @Override
    public Collection<ProcessHandle> processes() {
        return Objects.requireNonNull(members, "not started").handles();
    }

    @Override
    public void close() {
        try {
            for (ManagedChannel channel : channels) {
                end(channel);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        channels.clear();
        if (members != null) {
            members.close();
        }
    }
}
