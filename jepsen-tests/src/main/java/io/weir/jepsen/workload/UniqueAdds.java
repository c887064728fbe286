package io.weir.jepsen.workload;

import io.weir.client.AppendResult;
import io.weir.client.CallOptions;
import io.weir.client.EventStoreException;
import io.weir.client.Expected;
import io.weir.client.ReadLevel;
import io.weir.client.ReadRequest;
import io.weir.client.RequestId;
import io.weir.client.VectorPosition;
import io.weir.jepsen.history.Addition;
import io.weir.jepsen.history.StreamRead;
import io.weir.jepsen.history.Workload;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Values of their own, each added to a stream, some of them by the same request several times, from several clients and stores,
 * one after the other or at once; and reads at all levels, of nodes by themselves.
 */
public final class UniqueAdds implements Activity {
    private static final Duration ASK = Duration.ofSeconds(1);
    private static final int TOKENS = 64;

    private final Streams streams;
    private final Shares shares;
    private final Requests requests = new Requests();
    private final List<Token> tokens = new ArrayList<>();

    /**
     * What clients do, of a hundred operations; the rest is values that are added for the first time.
     *
     * @param again a request is sent once more
     * @param linearizable a read sees all, asked of any node or of one
     * @param stale a node is asked for what it has
     * @param atLeast a node is asked for what it has as soon as it has come to a token
     */
    public record Shares(int again, int linearizable, int stale, int atLeast) {
        public Shares {
            if (Math.min(Math.min(again, linearizable), Math.min(stale, atLeast)) < 0
                    || again + linearizable + stale + atLeast > 99) {
                throw new IllegalArgumentException("nothing is added: " + again + " + " + linearizable + " + " + stale
                        + " + " + atLeast + " of 100");
            }
        }
    }

    /** What an acknowledged addition gave in order to read it. */
    private record Token(int stream, long revision, VectorPosition position) {}

    /** Chance chooses when streams end; what clients do is chosen by each client's own. */
    public UniqueAdds(Random random, Mix mix, Shares shares) {
        this(new Streams("set-", random, mix.liveStreams(), mix.appends()), shares);
    }

    UniqueAdds(Streams streams, Shares shares) {
        this.streams = streams;
        this.shares = shares;
    }

    @Override
    public Workload workload() {
        return Workload.SET;
    }

    @Override
    public void perform(Performer performer) {
        int percent = performer.random().nextInt(100);
        if (percent < shares.again()) {
            addAgain(performer);
        } else if (percent < shares.again() + shares.linearizable()) {
            readAllOf(performer);
        } else if (percent < shares.again() + shares.linearizable() + shares.stale()) {
            StreamRead read = StreamRead.of(streams.chosen(performer.random()), StreamRead.Level.STALE);
            ask(performer, read, ReadLevel.stale());
        } else if (percent < shares.again() + shares.linearizable() + shares.stale() + shares.atLeast()) {
            readAtToken(performer);
        } else {
            addNew(performer);
        }
    }

    // ---- additions

    private void addNew(Performer performer) {
        int stream = streams.chosen(performer.random());
        int value = streams.nextValue(stream);
        boolean isNamed = shares.again() > 0 && performer.random().nextBoolean();
        int partition = performer.store().partitionOf(streams.name(stream));
        RequestId id = isNamed ? requests.next(performer, partition) : null;
        if (id == null) {
            add(performer, stream, value, null);
        } else {
            Requests.Sent sent = new Requests.Sent(stream, value, Streams.event(value), id);
            requests.add(sent, performer.random()); // before it is sent: copies may be first
            add(performer, stream, value, sent);
        }
    }

    private void addAgain(Performer performer) {
        Requests.Sent sent = requests.any(performer.random());
        if (sent == null) {
            addNew(performer);
        } else {
            add(performer, sent.stream(), sent.value(), sent);
        }
    }

    private void add(Performer performer, int stream, int value, Requests.@Nullable Sent sent) {
        Addition addition = new Addition(stream, value);
        performer.perform(addition, () -> addition.at(append(performer, stream, value, sent)));
    }

    private long append(Performer performer, int stream, int value, Requests.@Nullable Sent sent) {
        var event = sent == null ? Streams.event(value) : sent.event();
        CallOptions options = new CallOptions(performer.timeout(), sent == null ? null : sent.id());
        AppendResult.Appended appended;
        try {
            appended = Performer.await(
                            performer.store().append(streams.name(stream), Expected.any(), List.of(event), options))
                    .orThrow();
        } catch (EventStoreException.OutcomeUnknown e) {
            if (sent == null && shares.again() > 0) {
                requests.add(new Requests.Sent(stream, value, event, e.requestId()), performer.random());
            }
            throw e;
        }
        remember(new Token(stream, appended.firstRevision(), appended.token()));
        return appended.firstRevision();
    }

    private synchronized void remember(Token token) {
        if (tokens.size() == TOKENS) {
            tokens.remove(0);
        }
        tokens.add(token);
    }

    private synchronized @Nullable Token token(Random chance) {
        return tokens.isEmpty() ? null : tokens.get(chance.nextInt(tokens.size()));
    }

    // ---- reads

    private void readAllOf(Performer performer) {
        StreamRead read = StreamRead.of(streams.chosen(performer.random()), StreamRead.Level.LINEARIZABLE);
        if (performer.random().nextInt(4) == 0) {
            ask(performer, read, ReadLevel.linearizable()); // one that thinks it leads answers
            return;
        }
        ReadRequest request = ReadRequest.stream(streams.name(read.stream())).within(performer.timeout());
        performer.perform(
                read,
                () -> read.saw(Streams.values(Performer.texts(performer.store().read(request)))));
    }

    private void readAtToken(Performer performer) {
        Token token = token(performer.random());
        if (token == null) {
            addNew(performer);
        } else {
            StreamRead read = StreamRead.atLeast(token.stream(), token.revision());
            ask(performer, read, ReadLevel.atLeast(token.position()));
        }
    }

    private void ask(Performer performer, StreamRead read, ReadLevel level) {
        List<String> nodes = performer.replicas().nodes();
        String node = nodes.get(performer.random().nextInt(nodes.size()));
        String name = streams.name(read.stream());
        int partition = performer.store().partitionOf(name);
        Supplier<List<String>> asked = () -> performer.replicas().read(node, partition, name, 0, level, ASK);
        performer.perform(read, node, () -> read.saw(Streams.values(asked.get())));
    }

    @Override
    public void readAll(Performer performer) {
        ConditionalAppends.readStreams(performer, streams);
    }
}
