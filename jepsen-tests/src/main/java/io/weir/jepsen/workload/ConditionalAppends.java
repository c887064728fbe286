package io.weir.jepsen.workload;

import io.weir.client.AppendResult;
import io.weir.client.Expected;
import io.weir.client.StreamInfo;
import io.weir.client.StreamState;
import io.weir.jepsen.history.Condition;
import io.weir.jepsen.history.ConditionalAppend;
import io.weir.jepsen.history.EndOfStream;
import io.weir.jepsen.history.Operation;
import io.weir.jepsen.history.StreamRead;
import io.weir.jepsen.history.Workload;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Appends under all conditions, and questions for the ends of streams. Three to five clients share a stream, if there are that
 * many, and what one of them has heard of its end all use: so conditions hold often, and often another one was faster.
 */
public final class ConditionalAppends implements Activity {
    private static final int CLIENTS_PER_STREAM = 4;
    private static final int END_PERCENT = 20;

    private final Streams streams;
    private final int groups;
    private final Map<Integer, Long> known = new ConcurrentHashMap<>();

    /** Chance chooses when streams end; what clients do is chosen by each client's own. */
    public ConditionalAppends(Random random, Mix mix) {
        groups = Math.max(1, Math.round((float) mix.clients() / CLIENTS_PER_STREAM));
        streams = new Streams("register-", random, groups, mix.appends());
    }

    @Override
    public Workload workload() {
        return Workload.CONDITIONAL;
    }

    @Override
    public void perform(Performer performer) {
        int stream = streams.at(performer.number() % groups);
        if (performer.chance(END_PERCENT)) {
            performer.perform(new EndOfStream(stream), () -> new EndOfStream(stream, end(performer, stream)));
        } else {
            Condition condition = condition(performer, known.getOrDefault(stream, Operation.NO_STREAM));
            ConditionalAppend append = new ConditionalAppend(stream, streams.nextValue(stream), condition);
            performer.perform(append, () -> append(performer, append));
        }
    }

    private static Condition condition(Performer performer, long last) {
        int percent = performer.random().nextInt(100);
        if (percent < 10) {
            return Condition.ANY;
        } else if (percent < 20) {
            return Condition.EXISTS;
        } else if (percent < 25 || last == Operation.NO_STREAM) {
            return Condition.NONE;
        } else if (percent < 45) {
            return Condition.atMost(Math.max(0, last - 1 + performer.random().nextInt(4)));
        }
        long off = percent < 55 ? performer.random().nextInt(5) - 2 : 0;
        return Condition.revision(Math.max(0, last + off));
    }

    private long end(Performer performer, int stream) {
        CompletableFuture<@Nullable StreamInfo> answer = performer.store().info(streams.name(stream));
        StreamInfo info = Performer.await(answer);
        long last = info == null ? Operation.NO_STREAM : info.lastRevision();
        known.merge(stream, last, Math::max);
        return last;
    }

    private Operation append(Performer performer, ConditionalAppend append) {
        AppendResult result = Performer.await(performer
                .store()
                .append(
                        streams.name(append.stream()),
                        expected(append.condition()),
                        List.of(Streams.event(append.value())),
                        performer.options()));
        if (result instanceof AppendResult.Rejected rejected) {
            StreamState actual = rejected.violation().actual();
            long last = actual instanceof StreamState.At at ? at.revision() : Operation.NO_STREAM;
            known.merge(append.stream(), last, Math::max);
            throw new Declined(append.rejected(last), rejected.violation().toString());
        }
        long revision = result.orThrow().firstRevision();
        known.merge(append.stream(), revision, Math::max);
        return append.at(revision);
    }

    private static Expected expected(Condition condition) {
        return switch (condition.kind()) {
            case ANY -> Expected.any();
            case NO_STREAM -> Expected.noStream();
            case EXISTS -> Expected.exists();
            case REVISION -> Expected.revision(condition.revision());
            case AT_MOST -> Expected.atMost(condition.revision());
        };
    }

    @Override
    public void readAll(Performer performer) {
        readStreams(performer, streams);
    }

    /** Every stream on every node. */
    static void readStreams(Performer performer, Streams streams) {
        LastReads last = new LastReads(performer);
        for (String node : performer.replicas().nodes()) {
            for (int stream = 0; stream < streams.count(); stream++) {
                StreamRead read = StreamRead.of(stream, StreamRead.Level.STALE).atTheEnd();
                String name = streams.name(stream);
                performer.perform(read, node, () -> read.saw(Streams.values(last.read(node, name))));
            }
        }
    }
}
