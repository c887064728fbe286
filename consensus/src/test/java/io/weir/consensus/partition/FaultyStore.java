package io.weir.consensus.partition;

import io.weir.logstore.Checkpoint;
import io.weir.logstore.DigestMark;
import io.weir.logstore.LogStore;
import io.weir.logstore.PartitionState;
import io.weir.logstore.ReadView;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.StoreReceiver;
import io.weir.logstore.WriteBatch;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A store whose commits fail or wait when the test says so; a failed commit leaves no trace, as the port demands. */
public final class FaultyStore implements LogStore {
    private final LogStore store;
    private final AtomicInteger commits = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger corruption = new AtomicInteger();
    private volatile Supplier<StoreException> failure = () -> {
        throw new IllegalStateException();
    };
    private volatile @Nullable Supplier<StoreException> checkpointFailure;
    private volatile Runnable beforeRead = () -> {};
    private volatile CountDownLatch gate = new CountDownLatch(0);

    public FaultyStore(LogStore store) {
        this.store = store;
    }

    /** How many commits have succeeded. */
    int commits() {
        return commits.get();
    }

    void failCommits(int times, Supplier<StoreException> with) {
        failure = with;
        failures.set(times);
    }

    public void holdCommits() {
        gate = new CountDownLatch(1);
    }

    public void releaseCommits() {
        gate.countDown();
    }

    /**
     * Makes the store keep other bytes than it is given, in the next append that comes: a row like any other, with the
     * checksum that fits it.
     *
     * @param mask what is changed, bit by bit, in the last byte of the first event; not 0
     */
    public void corruptNextAppend(int mask) {
        corruption.set(mask);
    }

    @SuppressWarnings("unchecked")
    private void corrupt(Object[] arguments) {
        int mask = corruption.getAndSet(0);
        List<ByteBuffer> events = new ArrayList<>((List<ByteBuffer>) arguments[arguments.length - 1]);
        ByteBuffer first = ByteBuffer.allocate(events.get(0).remaining())
                .put(events.get(0).duplicate())
                .flip();
        int last = first.limit() - 1;
        events.set(0, first.put(last, (byte) (first.get(last) ^ mask)));
        arguments[arguments.length - 1] = events;
    }

    @Override
    public WriteBatch beginWrite() {
        WriteBatch batch = store.beginWrite();
        return (WriteBatch) Proxy.newProxyInstance(
                WriteBatch.class.getClassLoader(), new Class<?>[] {WriteBatch.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("commit")) {
                        gate.await();
                        if (failures.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                            throw failure.get();
                        }
                        commits.incrementAndGet();
                    }
                    if (method.getName().equals("append") && corruption.get() != 0) {
                        corrupt(arguments);
                    }
                    try {
                        return method.invoke(batch, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Override
    public StoreIdentity identity() {
        return store.identity();
    }

    @Override
    public PartitionState state() {
        return store.state();
    }

    @Override
    public DigestMark digestMark() {
        return store.digestMark();
    }

    @Override
    public ReadView openRead() {
        beforeRead.run();
        return store.openRead();
    }

    /** What happens before anything is read from now on. */
    public void onRead(Runnable first) {
        beforeRead = first;
    }

    @Override
    public PartitionState checkpoint() {
        return store.checkpoint();
    }

    /** From now on no checkpoint succeeds. */
    public void failCheckpoints(Supplier<StoreException> with) {
        checkpointFailure = with;
    }

    @Override
    public Checkpoint beginCheckpoint() {
        Checkpoint checkpoint = store.beginCheckpoint();
        return new Checkpoint() {
            @Override
            public PartitionState state() {
                return checkpoint.state();
            }

            @Override
            public void complete() {
                Supplier<StoreException> failing = checkpointFailure;
                if (failing != null) {
                    throw failing.get();
                }
                checkpoint.complete();
            }

            @Override
            public void close() {
                checkpoint.close();
            }
        };
    }

    @Override
    public StoreReceiver receive() {
        return store.receive();
    }

    @Override
    public void install(StoreReceiver received) {
        store.install(received);
    }

    @Override
    public long growthBytes() {
        return store.growthBytes();
    }

    @Override
    public long streams() {
        return store.streams();
    }

    @Override
    public long sizeBytes() {
        return store.sizeBytes();
    }

    @Override
    public void close() {
        store.close();
    }
}
