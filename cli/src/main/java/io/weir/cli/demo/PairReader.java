package io.weir.cli.demo;

import io.weir.client.CallOptions;
import io.weir.client.EventStore;
import io.weir.client.Expected;
import io.weir.client.ReadRequest;
import io.weir.client.RecordedEvent;
import io.weir.client.Transaction;
import io.weir.client.TransactionResult;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A second client, which reads pairs of streams that one transaction writes, while it may be under way: of both streams it must
 * see the transaction's events, or of none.
 *
 * <p>Each pair is a read-only transaction: both streams are read, and then a transaction without appends requires that both
 * are still as they were read. If it is committed, they were so at one moment. A reader has threads of its own, each with a pair.
 */
final class PairReader {
    /** Of these latest transactions it reads one: some are decided, some are not, some are not even prepared. */
    private static final int RECENT = 16;

    private static final int THREADS = 4;

    /** Longer than any election. */
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    /**
     * What it has read.
     *
     * @param pairs all
     * @param spread those of transactions over several partitions
     * @param whole those of which it saw the transaction's events, in both streams; it saw none in the others
     * @param again pairs that changed between the first read and the second, and so were read again
     */
    record Count(long pairs, long spread, long whole, long again) {}

    private final EventStore store;
    private final Deque<Sent> recent = new ArrayDeque<>();
    private final Random random = new Random(1);
    private final List<FutureTask<Boolean>> tasks = new ArrayList<>();
    private final AtomicLong pairs = new AtomicLong();
    private final AtomicLong spread = new AtomicLong();
    private final AtomicLong whole = new AtomicLong();
    private final AtomicLong again = new AtomicLong();
    private boolean isEnding; // under the lock of recent

    /** How one stream stands to a transaction. */
    private enum Part {
        NONE,
        HALF,
        WHOLE
    }

    /** A stream as it was read: its last event, null if there is none. */
    private record Seen(String stream, @Nullable RecordedEvent last) {
        Expected unchanged() {
            return last == null ? Expected.noStream() : Expected.revision(last.revision());
        }
    }

    private PairReader(EventStore store) {
        this.store = store;
    }

    /** Starts one; the caller closes the store after {@link #end}. */
    static PairReader start(EventStore store) {
        PairReader reader = new PairReader(store);
        for (int i = 0; i < THREADS; i++) {
            FutureTask<Boolean> task = new FutureTask<>(reader::readPairs);
            reader.tasks.add(task);
            Thread thread = new Thread(task, "weir-demo-pairs-" + i);
            thread.setDaemon(true);
            thread.start();
        }
        return reader;
    }

    /** Tells of a transaction that is being sent. Safe for any thread. */
    void offer(Sent sent) {
        if (sent.spans().size() < 2) {
            return;
        }
        synchronized (recent) {
            recent.add(sent);
            if (recent.size() > RECENT) {
                recent.remove();
            }
            recent.notifyAll();
        }
    }

    /**
     * Reads each of the latest transactions once more, and ends.
     *
     * @throws CheckFailed if it saw half a transaction
     */
    Count end() throws CheckFailed {
        synchronized (recent) {
            isEnding = true;
            recent.notifyAll();
        }
        try {
            for (FutureTask<Boolean> task : tasks) {
                task.get();
            }
            return new Count(pairs.get(), spread.get(), whole.get(), again.get());
        } catch (ExecutionException e) {
            if (e.getCause() instanceof CheckFailed failed) {
                throw failed;
            }
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("the second client failed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CheckFailed("interrupted before the second client was done");
        }
    }

    private boolean readPairs() throws CheckFailed, InterruptedException {
        for (Sent sent = next(); sent != null; sent = next()) {
            check(sent);
        }
        return true;
    }

    /** One of the latest, and at the end each of them once; null if there are no more. */
    private @Nullable Sent next() throws InterruptedException {
        synchronized (recent) {
            while (recent.isEmpty() && !isEnding) {
                recent.wait();
            }
            if (isEnding) {
                return recent.poll();
            }
            // The very last most often: it is the most likely to be under way.
            int skipped = random.nextBoolean() ? recent.size() - 1 : random.nextInt(recent.size());
            return recent.stream().skip(skipped).findFirst().orElse(null);
        }
    }

    private void check(Sent sent) throws CheckFailed {
        List<String> pair = choose(sent);
        while (true) {
            Seen first = read(pair.get(0));
            Seen second = read(pair.get(1));
            boolean wereAtOneMoment = wereAtOneMoment(first, second);
            Part earlier = judge(sent, first);
            Part later = judge(sent, second);
            // What the first read has seen is there for good: the second one began afterwards.
            if (earlier == Part.HALF
                    || later == Part.HALF
                    || (earlier == Part.WHOLE && later == Part.NONE)
                    || (wereAtOneMoment && earlier != later)) {
                throw new CheckFailed(
                        "a second client saw half of transaction " + sent.name(),
                        List.of(describe(sent, first, earlier), describe(sent, second, later)));
            }
            if (wereAtOneMoment) {
                pairs.incrementAndGet();
                spread.addAndGet(sent.partitions() > 1 ? 1 : 0);
                whole.addAndGet(earlier == Part.WHOLE ? 1 : 0);
                return;
            }
            again.incrementAndGet();
        }
    }

    /** Two streams of a transaction, in different partitions if there are such. */
    private List<String> choose(Sent sent) {
        List<String> streams = new ArrayList<>(sent.spans().keySet());
        String first = streams.remove(random.nextInt(streams.size()));
        List<String> elsewhere = streams.stream()
                .filter(stream -> store.partitionOf(stream) != store.partitionOf(first))
                .toList();
        List<String> others = elsewhere.isEmpty() ? streams : elsewhere;
        return List.of(first, others.get(random.nextInt(others.size())));
    }

    private Seen read(String stream) {
        RecordedEvent last = null;
        for (RecordedEvent event :
                store.read(ReadRequest.stream(stream).backwards().limit(1).within(TIMEOUT))) {
            last = event;
        }
        return new Seen(stream, last);
    }

    private boolean wereAtOneMoment(Seen first, Seen second) {
        TransactionResult result = Importer.join(store.commit(
                Transaction.builder()
                        .require(first.stream(), first.unchanged())
                        .require(second.stream(), second.unchanged())
                        .build(),
                CallOptions.within(TIMEOUT)));
        return result instanceof TransactionResult.Committed;
    }

    private static Part judge(Sent sent, Seen seen) throws CheckFailed {
        Sent.Span span = sent.spans().get(seen.stream());
        RecordedEvent last = seen.last();
        if (span == null || last == null || last.revision() < span.first()) {
            return Part.NONE;
        }
        if (last.revision() <= span.last() && !sent.name().equals(Sent.transactionOf(last))) {
            throw new CheckFailed("event " + last.revision() + " of stream \"" + seen.stream()
                    + "\" should be of transaction " + sent.name() + ", and is of " + Sent.transactionOf(last));
        }
        return last.revision() < span.last() ? Part.HALF : Part.WHOLE;
    }

    private String describe(Sent sent, Seen seen, Part part) {
        String what = switch (part) {
            case NONE -> "none";
            case HALF -> "some";
            case WHOLE -> "all";
        };
        return "stream \"" + seen.stream() + "\" in partition " + store.partitionOf(seen.stream()) + ": " + what
                + " of its events, revisions " + sent.spans().get(seen.stream());
    }
}
