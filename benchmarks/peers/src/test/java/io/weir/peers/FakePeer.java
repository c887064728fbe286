package io.weir.peers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/** A peer in this process that acknowledges at once, or fails where a test says so. */
final class FakePeer implements Peer {
    /** Where it fails. */
    enum Fault {
        NONE,
        ABSENT,
        START,
        APPEND
    }

    private final String name;
    private final Fault fault;
    final AtomicInteger appends = new AtomicInteger();
    final AtomicInteger commits = new AtomicInteger();
    int closes;

    FakePeer(String name, Fault fault) {
        this.name = name;
        this.fault = fault;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String promise() {
        return "forgotten";
    }

    @Override
    public String versions() {
        return name + " 1";
    }

    @Override
    public Set<Workload> workloads() {
        return Set.of(Workload.append, Workload.tx);
    }

    @Override
    public void start(Path directory) throws CannotRunException {
        if (!Files.isDirectory(directory)) {
            throw new IllegalStateException(directory + " was promised");
        }
        switch (fault) {
            case ABSENT -> throw CannotRunException.absent("not installed", "install it");
            case START -> throw new CannotRunException("does not start", "start it");
            default -> {}
        }
    }

    @Override
    public Appender appender(Workload workload) {
        return new Appender() {
            @Override
            public CompletableFuture<?> append() {
                appends.incrementAndGet();
                return fault == Fault.APPEND
                        ? CompletableFuture.failedFuture(new IllegalStateException("the disk is full"))
                        : CompletableFuture.completedFuture(null);
            }
        };
    }

    @Override
    public Transactor transactor(int number) {
        return () -> commits.incrementAndGet() % 2 == 0;
    }

    @Override
    public Collection<ProcessHandle> processes() {
        return List.of(ProcessHandle.current());
    }

    @Override
    public void close() {
        closes++;
    }
}
