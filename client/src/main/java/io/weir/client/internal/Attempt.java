package io.weir.client.internal;

import io.weir.client.EventStoreException;
import io.weir.client.Expected;
import io.weir.client.NewEvent;
import io.weir.client.OpenTransaction;
import io.weir.client.ReadRequest;
import io.weir.client.RecordedEvent;
import io.weir.client.StreamState;
import io.weir.client.Transaction;
import io.weir.client.Violation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * One run of a transaction's body: what it has read, wants written and requires. The first read of a stream fixes its state, as
 * the revision of its last event; all that comes later sees no further. One thread.
 */
final class Attempt implements OpenTransaction {
    private final RoutedEventStore store;
    private final LongSupplier leftMs;
    /** Stream to its head; see {@link Heads}. */
    private final Map<String, Long> read = new LinkedHashMap<>();

    private final List<Transaction.Append> appends = new ArrayList<>();
    private final List<Transaction.Requirement> requirements = new ArrayList<>();
    private boolean isStale;
    private boolean isOver;
    private boolean isConfirmed;

    /** Thrown through the body, which may not go on: it would only be told what is no longer so. */
    private static final class Stale extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Stale(String stream) {
            super(
                    "stream \"" + stream + "\" was changed since it was read; the transaction begins anew",
                    null,
                    false,
                    false);
        }
    }

    /** @param leftMs how long reads may take from now on, in milliseconds; throws when there is no time */
    Attempt(RoutedEventStore store, LongSupplier leftMs) {
        this.store = store;
        this.leftMs = leftMs;
    }

    // ---- for the body

    @Override
    public List<RecordedEvent> read(String stream, long fromRevision) {
        requireRunning();
        if (fromRevision < 0) {
            throw new EventStoreException.InvalidRequest("revision " + fromRevision + " is negative");
        }
        List<RecordedEvent> events = new ArrayList<>();
        Long known = read.get(stream);
        for (RecordedEvent event : store.read(ReadRequest.stream(stream).from(fromRevision), leftMs)) {
            if (known != null && event.revision() > known) {
                throw stale(stream);
            }
            events.add(event);
        }
        if (known == null) {
            known = fix(stream, fromRevision, events);
        }
        addOwn(stream, fromRevision, known, events);
        return events;
    }

    /** The state is that of the last page, whose end was the end of the stream. */
    private long fix(String stream, long fromRevision, List<RecordedEvent> events) {
        long last = Heads.NO_STREAM;
        if (!events.isEmpty()) {
            last = events.get(events.size() - 1).revision();
        } else if (fromRevision > 0) {
            last = lastRevision(stream);
            if (last >= fromRevision) {
                throw stale(stream);
            }
        }
        read.put(stream, last);
        return last;
    }

    private void addOwn(String stream, long fromRevision, long last, List<RecordedEvent> events) {
        long revision = last;
        for (Transaction.Append append : appends) {
            for (NewEvent event : append.stream().equals(stream) ? append.events() : List.<NewEvent>of()) {
                revision++;
                if (revision >= fromRevision) {
                    events.add(unrecorded(stream, revision, event));
                }
            }
        }
    }

    private RecordedEvent unrecorded(String stream, long revision, NewEvent event) {
        return new RecordedEvent(
                stream,
                revision,
                store.partitionOf(stream),
                -1,
                Instant.EPOCH,
                event.id(),
                event.type(),
                event.contentType(),
                event.properties(),
                event.tags(),
                event.payload());
    }

    @Override
    public StreamState state(String stream) {
        requireRunning();
        Long known = read.get(stream);
        if (known == null) {
            known = lastRevision(stream);
            read.put(stream, known);
        }
        long last = known;
        for (Transaction.Append append : appends) {
            last += append.stream().equals(stream) ? append.events().size() : 0;
        }
        return Heads.state(last);
    }

    private long lastRevision(String stream) {
        Iterator<RecordedEvent> end = store.read(
                        ReadRequest.stream(stream).backwards().limit(1), leftMs)
                .iterator();
        return end.hasNext() ? end.next().revision() : Heads.NO_STREAM;
    }

    @Override
    public void append(String stream, List<NewEvent> events) {
        requireRunning();
        appends.add(new Transaction.Append(stream, Expected.any(), events));
    }

    @Override
    public void require(String stream, Expected expected) {
        requireRunning();
        requirements.add(new Transaction.Requirement(stream, expected));
    }

    private void requireRunning() {
        if (isOver) {
            throw new IllegalStateException("the body of this transaction has ended");
        }
    }

    private Stale stale(String stream) {
        isStale = true;
        return new Stale(stream);
    }

    // ---- for who runs it

    /** The body must not use it any more. */
    void end() {
        isOver = true;
    }

    /** Whether a stream was seen to have changed, whatever the body has made of that. */
    boolean isStale() {
        return isStale;
    }

    /** A body that throws wants nothing written; what it has read stays. */
    void forgetWrites() {
        appends.clear();
        requirements.clear();
    }

    /** Of how many streams. */
    int reads() {
        return read.size();
    }

    boolean writes() {
        return !appends.isEmpty();
    }

    /** Whether all that it has read is known to have been so at one moment. */
    boolean isConfirmed() {
        return isConfirmed;
    }

    /**
     * Ends one that writes nothing, by reads alone: false if it has to be tried again. A stream that is only named in a condition is
     * read first, as if the body had ended with that.
     *
     * @throws EventStoreException.ConditionFailed if, when all that was read held together, a condition did not
     * @throws EventStoreException if a head cannot be had; then nothing is confirmed
     */
    boolean confirm() {
        if (read.size() > 1 || !requirements.isEmpty()) {
            new Encoder().transaction(transaction(), stream -> 0); // the limits are those of any transaction
        }
        Set<String> unread = new LinkedHashSet<>();
        requirements.forEach(requirement -> unread.add(requirement.stream()));
        unread.removeAll(read.keySet());
        read.putAll(store.heads(unread, leftMs));
        isConfirmed = read.size() <= 1 || isUnchanged(); // one read is linearizable by itself
        List<Violation> violations = isConfirmed ? violations() : List.of();
        if (!violations.isEmpty()) {
            throw new EventStoreException.ConditionFailed(violations);
        }
        return isConfirmed;
    }

    /**
     * Whether each stream still ends where it was seen to end, by a second read of each. Heads never fall: so each was the same all
     * the time between its two reads. Every second read begins after every first one has ended: in between all held together.
     * That is within the call, so what comes of it has its place in the order of all transactions.
     *
     * @throws EventStoreException if a head cannot be had
     */
    boolean isUnchanged() {
        return store.heads(read.keySet(), leftMs).equals(read);
    }

    private List<Violation> violations() {
        List<Violation> violations = new ArrayList<>();
        for (Transaction.Requirement requirement : requirements) {
            long head = read.getOrDefault(requirement.stream(), Heads.NO_STREAM);
            if (!Heads.meets(head, requirement.expected())) {
                violations.add(new Violation(requirement.stream(), requirement.expected(), Heads.state(head)));
            }
        }
        return violations;
    }

    /** What it wants, on condition of what it has read. */
    Transaction transaction() {
        Transaction.Builder builder = Transaction.builder();
        requirements.forEach(requirement -> builder.require(requirement.stream(), requirement.expected()));
        Set<String> written = new HashSet<>();
        for (Transaction.Append append : appends) {
            boolean isFirst = written.add(append.stream());
            Expected expected = isFirst && read.containsKey(append.stream()) ? asRead(append.stream()) : Expected.any();
            builder.append(append.stream(), expected, append.events());
        }
        read.keySet().stream()
                .filter(stream -> !written.contains(stream))
                .forEach(stream -> builder.require(stream, asRead(stream)));
        return builder.build();
    }

    private Expected asRead(String stream) {
        long last = read.getOrDefault(stream, Heads.NO_STREAM);
        return last == Heads.NO_STREAM ? Expected.noStream() : Expected.revision(last);
    }

    /** Whether something that it has read has changed. */
    boolean hasRead(List<Violation> violations) {
        return violations.stream()
                .anyMatch(violation -> read.containsKey(violation.stream())
                        && violation.expected().equals(asRead(violation.stream())));
    }
}
