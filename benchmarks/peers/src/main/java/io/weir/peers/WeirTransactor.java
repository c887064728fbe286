package io.weir.peers;

import io.weir.client.EventStore;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.Transaction;
import io.weir.client.TransactionResult;
import java.util.List;
import java.util.Random;

/** Commits two events to two streams at random, of two partitions. */
final class WeirTransactor implements Transactor {
    private final EventStore store;
    private final List<List<String>> streamsByPartition;
    private final byte[] payload;
    private final Random random;

    WeirTransactor(EventStore store, List<List<String>> streamsByPartition, byte[] payload, int number) {
        this.store = store;
        this.streamsByPartition = streamsByPartition;
        this.payload = payload;
        this.random = new Random(number);
    }

    @Override
    public boolean commit() {
        int partitions = streamsByPartition.size();
        int first = random.nextInt(partitions);
        int second = (first + 1 + random.nextInt(partitions - 1)) % partitions;
        Transaction transaction = Transaction.builder()
                .append(anyOf(first), Expected.any(), event())
                .append(anyOf(second), Expected.any(), event())
                .build();
        return store.commit(transaction).join() instanceof TransactionResult.Committed;
    }

    private String anyOf(int partition) {
        List<String> names = streamsByPartition.get(partition);
        return names.get(random.nextInt(names.size()));
    }

    private NewEvent event() {
        return NewEvent.of("Measured", "application/octet-stream", payload);
    }
}
