package io.weir.consensus.frontdoor;

import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.MultiThreadIoEventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.nio.NioIoHandler;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.weir.client.EventStoreException.CannotOpen;
import io.weir.client.spi.NodeChannel;
import io.weir.protocol.Limits;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A node's port for clients: serves {@code service.proto} over gRPC and passes every call to a {@link NodeChannel}. It
 * belongs to whoever started it; the channel is not closed with it.
 *
 * <p>All connections share {@value #IO_THREADS} event loop threads and a pool of as many call threads as there are cores,
 * at least two. All threads are daemons named {@code weir-frontdoor-...}. The NIO transport is chosen on purpose: the
 * native one copies a library into the temporary folder, where it stays when the process is killed.
 */
public final class FrontDoor implements AutoCloseable {
    /** The largest message that is read, in bytes: twice the largest transaction, so that batches of small ones fit too. */
    public static final int MAX_INBOUND_MESSAGE_BYTES = 8 << 20;

    /** How long closing waits for answers that are under way, and then for threads to end, in milliseconds each. */
    static final long CLOSE_GRACE_MS = 1_000;

    private static final int IO_THREADS = 2;
    private static final int MAX_CALLS_PER_CONNECTION = 1_024;
    private static final int MAX_METADATA_BYTES = 8 << 10;

    static {
        if (MAX_INBOUND_MESSAGE_BYTES < 2 * Limits.MAX_TRANSACTION_BYTES) {
            throw new AssertionError("a message must hold the largest transaction and its envelope");
        }
    }

    private final Server server;
    private volatile int port;
    private final WeirService service;
    private final EventLoopGroup acceptLoop;
    private final EventLoopGroup ioLoops;
    private final ExecutorService calls;

    private FrontDoor(
            String clusterId, NodeChannel node, InetSocketAddress address, List<? extends BindableService> beside) {
        calls = Executors.newFixedThreadPool(
                Math.max(2, Runtime.getRuntime().availableProcessors()), threads("weir-frontdoor-call-"));
        acceptLoop = loops(1, "weir-frontdoor-accept-");
        ioLoops = loops(IO_THREADS, "weir-frontdoor-io-");
        service = new WeirService(node, calls);
        NettyServerBuilder builder = NettyServerBuilder.forAddress(address)
                .channelType(NioServerSocketChannel.class)
                .bossEventLoopGroup(acceptLoop)
                .workerEventLoopGroup(ioLoops)
                .executor(calls)
                .intercept(new OtherClusters(clusterId))
                .addService(MalformedMessages.refusedBy(service))
                .maxInboundMessageSize(MAX_INBOUND_MESSAGE_BYTES)
                .maxInboundMetadataSize(MAX_METADATA_BYTES)
                .maxConcurrentCallsPerConnection(MAX_CALLS_PER_CONNECTION)
                // A stranger that connects and says nothing, and a client whose machine is gone,
                // must not hold a socket.
                .handshakeTimeout(10, TimeUnit.SECONDS)
                .keepAliveTime(20, TimeUnit.SECONDS)
                .keepAliveTimeout(10, TimeUnit.SECONDS)
                .permitKeepAliveTime(1, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true);
        beside.forEach(other -> builder.addService(MalformedMessages.refusedBy(other)));
        server = builder.build();
    }

    /**
     * Binds and serves.
     *
     * @param clusterId of the node; calls that name another one are refused, by all services
     * @param beside other services on the same port; closed by whoever made them
     * @param hostPort a loopback address, as {@code 127.0.0.1:7400} or {@code [::1]:7400}; port 0 takes a free one
     * @throws CannotOpen if the address is malformed, not of the loopback interface, or taken
     */
    public static FrontDoor start(
            String clusterId, NodeChannel node, List<? extends BindableService> beside, String hostPort) {
        InetSocketAddress address = ListenAddress.parse(hostPort);
        FrontDoor door = new FrontDoor(clusterId, node, address, beside);
        try {
            door.server.start();
            door.port = door.server.getPort();
            return door;
        } catch (IOException e) {
            door.close();
            throw new CannotOpen(
                    "the client port " + hostPort + " cannot be bound (" + rootMessage(e)
                            + "); stop the process that holds it, or give this node another client address",
                    e);
        }
    }

    /** The port that was bound. */
    public int port() {
        return port;
    }

    /** Refuses new commands, lets answers under way out for a moment, then ends all connections. Idempotent, bounded. */
    @Override
    public void close() {
        service.finish();
        server.shutdown();
        boolean undisturbed = awaitServer();
        server.shutdownNow();
        undisturbed &= awaitServer();
        // What does not end in time is left behind, on daemon threads.
        acceptLoop.shutdownGracefully(0, CLOSE_GRACE_MS, TimeUnit.MILLISECONDS).awaitUninterruptibly(CLOSE_GRACE_MS);
        ioLoops.shutdownGracefully(0, CLOSE_GRACE_MS, TimeUnit.MILLISECONDS).awaitUninterruptibly(CLOSE_GRACE_MS);
        // Last: an event loop that closes a connection hands that news to this pool, and complains loudly
        // if it is gone.
        calls.shutdown();
        if (!undisturbed) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for a moment; false if the thread was interrupted. */
    private boolean awaitServer() {
        try {
            server.awaitTermination(CLOSE_GRACE_MS, TimeUnit.MILLISECONDS);
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    private static EventLoopGroup loops(int count, String prefix) {
        return new MultiThreadIoEventLoopGroup(count, threads(prefix), NioIoHandler.newFactory());
    }

    private static ThreadFactory threads(String prefix) {
        AtomicInteger next = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, prefix + next.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        };
    }

    private static String rootMessage(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = root.getMessage();
        return message == null ? root.getClass().getSimpleName() : message;
    }
}
