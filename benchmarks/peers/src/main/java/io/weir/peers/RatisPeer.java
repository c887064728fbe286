package io.weir.peers;

import io.weir.consensus.local.Ports;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.client.RaftClient;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.retry.RetryPolicies;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.TimeDuration;
import org.apache.ratis.util.VersionInfo;
import org.jspecify.annotations.Nullable;

/** Apache Ratis without anything on top: the floor of Weir's Raft log. */
final class RatisPeer implements Peer {
    private static final Duration START = Setup.PATIENCE;
    private static final long MAX_ENTRY_BYTES = 4_000_000;
    private static final TimeDuration RETRY = TimeDuration.valueOf(100, TimeUnit.MILLISECONDS);

    private final Setup setup;
    private final int eventsPerEntry;
    private final List<RaftClient> clients = new ArrayList<>();
    private @Nullable Children nodes;

    /** @param eventsPerEntry whose payloads make up the data of an entry */
    RatisPeer(Setup setup, int eventsPerEntry) {
        this.setup = setup;
        this.eventsPerEntry = eventsPerEntry;
    }

    @Override
    public String name() {
        return "ratis-" + eventsPerEntry;
    }

    @Override
    public String promise() {
        return "fsynced by a majority of three, and applied to nothing; entries of " + eventsPerEntry;
    }

    @Override
    public String versions() {
        return "ratis " + VersionInfo.getSoftwareInfoVersion();
    }

    @Override
    public Set<Workload> workloads() {
        return eventsPerEntry == 1 ? Set.of(Workload.append, Workload.latency) : Set.of(Workload.append);
    }

    @Override
    public void start(Path directory) throws CannotRunException, InterruptedException {
        long entryBytes = (long) setup.eventBytes() * eventsPerEntry;
        if (entryBytes > MAX_ENTRY_BYTES) {
            throw new CannotRunException(
                    "entries would have " + entryBytes + " bytes; the limit is " + MAX_ENTRY_BYTES,
                    "--size " + MAX_ENTRY_BYTES / eventsPerEntry + " or less");
        }
        Children started = new Children(directory);
        nodes = started;
        List<String> addresses = Ports.free(Setup.REPLICAS).stream()
                .map(port -> "127.0.0.1:" + port)
                .toList();
        for (int node = 0; node < Setup.REPLICAS; node++) {
            List<String> arguments = new ArrayList<>();
            arguments.add(Integer.toString(node));
            arguments.add(directory.resolve(RatisConf.id(node)).toString());
            arguments.add(Integer.toString(setup.partitions()));
            arguments.addAll(addresses);
            started.start(
                    RatisConf.id(node),
                    JavaCommand.of(
                            setup.heapMib(), List.of(), RatisNode.class.getName(), arguments.toArray(String[]::new)));
        }
        for (RaftGroup group : RatisConf.groups(addresses, setup.partitions())) {
            RaftClient client = RaftClient.newBuilder()
                    .setRaftGroup(group)
                    .setProperties(RatisConf.client())
                    .setRetryPolicy(RetryPolicies.retryForeverWithSleep(RETRY))
                    .build();
            clients.add(client);
            started.await(START, () -> {
                RaftClientReply reply = client.async().send(Message.EMPTY).get(10, TimeUnit.SECONDS);
                return reply.isSuccess() ? "" : reply.toString();
            });
        }
    }

    @Override
    public Appender appender(Workload workload) {
        ByteString data = UnsafeByteOperations.unsafeWrap(Setup.random(setup.eventBytes() * eventsPerEntry));
        return new Groups(clients, Message.valueOf(data), eventsPerEntry);
    }

    /** Appends to the groups in turn. */
    private static final class Groups implements Appender {
        private final List<RaftClient> clients;
        private final Message entry;
        private final int eventsPerEntry;
        private int next;

        Groups(List<RaftClient> clients, Message entry, int eventsPerEntry) {
            this.clients = clients;
            this.entry = entry;
            this.eventsPerEntry = eventsPerEntry;
        }

        @Override
        public CompletableFuture<?> append() {
            RaftClient client = clients.get(next);
            next = (next + 1) % clients.size();
            return client.async().send(entry).thenApply(reply -> {
                if (!reply.isSuccess()) {
                    throw new IllegalStateException("refused: " + reply);
                }
                return reply;
            });
        }

        @Override
        public int eventsPerAppend() {
            return eventsPerEntry;
        }
    }

    @Override
    public Collection<ProcessHandle> processes() {
        return Objects.requireNonNull(nodes, "not started").handles();
    }

    @Override
    public void close() {
        for (RaftClient client : clients) {
            try {
                client.close();
            } catch (IOException e) {
                // The servers end next; there is nothing to lose.
            }
        }
        clients.clear();
        if (nodes != null) {
            nodes.close();
        }
    }
}
