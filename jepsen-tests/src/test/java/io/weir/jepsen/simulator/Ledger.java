package io.weir.jepsen.simulator;

import io.weir.logstore.TransactionKey;
import io.weir.protocol.Decided;
import io.weir.protocol.Outcome;
import io.weir.protocol.Refusal;
import io.weir.protocol.RequestId;
import io.weir.protocol.Violation;
import io.weir.protocol.Voted;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.agrona.collections.IntArrayList;
import org.jspecify.annotations.Nullable;

/**
 * What was decided, became visible, and was told to somebody: the memory of the whole run, against which everything that
 * follows is held.
 */
final class Ledger {
    private static final int NOWHERE = -1;

    private final World world;
    private final Map<TransactionKey, Fate> fates = new HashMap<>();
    private final Map<RequestId, Object> answers = new HashMap<>();
    private final List<IntArrayList> visible = new ArrayList<>();
    private final List<Map<Integer, Integer>> promised = new ArrayList<>();
    private final int[] acknowledged;
    private final Map<Integer, int[]> family = new HashMap<>();
    private final Map<Integer, Integer> streamOfValue = new HashMap<>();
    private final Map<Integer, Integer> revisionOfValue = new HashMap<>();
    private final Map<TransactionKey, int[][]> contents = new HashMap<>();
    private final BitSet denied = new BitSet();
    private final BitSet seen = new BitSet();

    /** Of one transaction under one id. */
    private static final class Fate {
        @Nullable
        Decided decision;

        boolean isDenied;
        int committedIn = NOWHERE;
        int abortedIn = NOWHERE;
        final Map<Integer, Voted> votes = new HashMap<>();
        final BitSet aborted = new BitSet();
        final BitSet committed = new BitSet();
    }

    Ledger(World world, int streams) {
        this.world = world;
        this.acknowledged = new int[streams];
        for (int stream = 0; stream < streams; stream++) {
            visible.add(new IntArrayList());
            promised.add(new HashMap<>());
        }
    }

    private Fate fate(TransactionKey key) {
        return fates.computeIfAbsent(key, k -> new Fate());
    }

    /** Home has stored this, or says so. */
    void decided(TransactionKey key, Decided decision) {
        Fate fate = fate(key);
        if (fate.decision == null) {
            fate.decision = decision;
            placed(key, decision);
        } else if (!fate.decision.equals(decision)) {
            world.broken(
                    Broken.DECISION_STAYS,
                    key + ": " + Describe.decided(fate.decision) + ", then " + Describe.decided(decision));
        }
        if (decision.hasCommitted() && fate.isDenied) {
            world.broken(Broken.FALSE_NO, key + " commits, and was denied before");
        }
    }

    /** The values that a transaction appends, by its appends. */
    void sent(TransactionKey key, int[][] values) {
        contents.put(key, values);
    }

    /** What commits has its places, though it may not be visible everywhere. */
    private void placed(TransactionKey key, Decided decision) {
        int[][] values = contents.getOrDefault(key, new int[0][]);
        for (int i = 0; i < decision.getCommitted().getAppendsCount() && i < values.length; i++) {
            for (int event = 0; event < values[i].length; event++) {
                long revision = decision.getCommitted().getAppends(i).getFirstRevision() + event;
                revisionOfValue.put(values[i][event], (int) revision);
            }
        }
    }

    /** Somebody was told that it has not committed and never will. */
    void denied(TransactionKey key) {
        Fate fate = fate(key);
        fate.isDenied = true;
        if (fate.decision != null && fate.decision.hasCommitted()) {
            world.broken(Broken.FALSE_NO, key + " is denied, and has committed");
        }
    }

    /** A client was told that it has committed. */
    void confirmed(TransactionKey key) {
        Decided decision = fate(key).decision;
        if (decision == null || !decision.hasCommitted()) {
            world.broken(
                    Broken.SAME_ANSWER,
                    key + " is told to have committed; decided is "
                            + (decision == null ? "nothing" : Describe.decided(decision)));
        }
    }

    void committed(TransactionKey key, int partition) {
        Fate fate = fate(key);
        fate.committed.set(partition);
        fate.committedIn = partition;
        checkOneFate(key, fate);
    }

    void aborted(TransactionKey key, int partition) {
        Fate fate = fate(key);
        fate.aborted.set(partition);
        fate.abortedIn = partition;
        checkOneFate(key, fate);
    }

    private void checkOneFate(TransactionKey key, Fate fate) {
        if (fate.committedIn != NOWHERE && fate.abortedIn != NOWHERE) {
            world.broken(
                    Broken.ONE_FATE,
                    key + " is committed in p" + fate.committedIn + " and aborted in p" + fate.abortedIn);
        }
    }

    /** It takes locks in a partition. */
    void staged(TransactionKey key, int partition) {
        Fate fate = fate(key);
        if (fate.aborted.get(partition)) {
            world.broken(Broken.LATE_PREPARE, key + " takes locks in p" + partition + ", where it was aborted");
        }
        if (fate.committed.get(partition)) {
            world.broken(Broken.LOCKS, key + " takes locks in p" + partition + ", where it was committed");
        }
    }

    /** A participant has answered a Prepare. */
    void voted(TransactionKey key, int partition, Voted vote) {
        boolean isVote = vote.hasYes() || vote.getNo().getViolationsCount() > 0;
        Voted before = isVote ? fate(key).votes.putIfAbsent(partition, vote) : null;
        if (before != null && !before.equals(vote)) {
            world.broken(Broken.SAME_ANSWER, key + " was voted on in p" + partition + ": " + before + ", then " + vote);
        }
    }

    /** A request was answered, perhaps not for the first time. */
    void answered(RequestId id, Outcome outcome) {
        Object answer = definite(outcome);
        if (answer == null) {
            return;
        }
        Object before = answers.putIfAbsent(id, answer);
        if (before != null && !before.equals(answer)) {
            world.broken(
                    Broken.SAME_ANSWER,
                    "request " + id.getSessionLow() + "." + id.getSequence() + " is answered " + answer + ", before "
                            + before);
        }
    }

    /** That it was aborted can have more than one reason: whoever says that it never was says less. */
    private static @Nullable Object definite(Outcome outcome) {
        return switch (outcome.getResultCase()) {
            case APPENDED, COMMITTED, REJECTED -> outcome;
            case DECIDED -> definite(outcome.getDecided());
            case REFUSAL -> outcome.getRefusal().getReason() == Refusal.Reason.FENCED ? "fenced" : null;
            default -> null;
        };
    }

    private static @Nullable Object definite(Decided decided) {
        if (decided.hasCommitted()) {
            return decided.getCommitted();
        }
        return decided.hasAborted() ? "aborted" : null;
    }

    /** These values are appended together, or none of them. */
    void planned(int[] values, int[] streams) {
        for (int i = 0; i < values.length; i++) {
            family.put(values[i], values);
            streamOfValue.put(values[i], streams[i]);
        }
    }

    /** What appended these values has not happened, and never will. */
    void denied(int[] values) {
        for (int value : values) {
            denied.set(value);
            if (seen.get(value)) {
                world.broken(Broken.FALSE_NO, "value " + value + " is denied, and visible");
            }
        }
    }

    /** An event has become visible. */
    void appeared(int stream, long revision, int value) {
        IntArrayList values = visible.get(stream);
        if (revision != values.size()) {
            world.broken(Broken.DENSE, "revision " + revision + " follows " + values + " in stream " + stream);
        }
        if (seen.get(value)) {
            world.broken(Broken.SAME_ANSWER, "value " + value + " has become visible twice");
        }
        if (denied.get(value)) {
            world.broken(Broken.FALSE_NO, "value " + value + " was denied, and becomes visible");
        }
        seen.set(value);
        values.addInt(value);
        revisionOfValue.put(value, (int) revision);
        Integer other = promised.get(stream).get((int) revision);
        if (other != null && other != value) {
            world.broken(
                    Broken.DENSE,
                    "revision " + revision + " of stream " + stream + " is " + value + "; " + other
                            + " was told to be there");
        }
    }

    /** A client was told that its value got this revision. */
    void acknowledged(int stream, long revision, int value) {
        acknowledged[stream] = Math.max(acknowledged[stream], (int) revision + 1);
        IntArrayList values = visible.get(stream);
        if (revision < values.size() && values.getInt((int) revision) != value) {
            world.broken(
                    Broken.DENSE,
                    "value " + value + " is told to have revision " + revision + " of stream " + stream + ", which is "
                            + values.getInt((int) revision));
        }
        promised.get(stream).put((int) revision, value);
    }

    /** How much of each stream every later read must show. */
    int[] acknowledged() {
        return acknowledged.clone();
    }

    /** A linearizable read of some streams, all at one moment, is answered. */
    void read(int[] streams, int[][] values, int[] least) {
        for (int i = 0; i < streams.length; i++) {
            int[] all = visible.get(streams[i]).toIntArray();
            int length = values[i].length;
            if (length > all.length || !Arrays.equals(values[i], Arrays.copyOf(all, length))) {
                world.broken(
                        Broken.DENSE,
                        "stream " + streams[i] + " is read as " + Arrays.toString(values[i]) + ", is "
                                + Arrays.toString(all));
                return;
            }
            if (length < least[streams[i]]) {
                world.broken(
                        Broken.MISSED,
                        "stream " + streams[i] + " is read as " + Arrays.toString(values[i]) + "; " + least[streams[i]]
                                + " were known before");
            }
        }
        checkWhole(streams, values);
        showAll(values);
    }

    /** Who sees one part of something sees all others that are read with it. */
    private void checkWhole(int[] streams, int[][] values) {
        BitSet shown = new BitSet();
        BitSet read = new BitSet();
        for (int i = 0; i < streams.length; i++) {
            read.set(streams[i]);
            Arrays.stream(values[i]).forEach(shown::set);
        }
        shown.stream().forEach(value -> {
            for (int other : family.getOrDefault(value, new int[0])) {
                if (read.get(streamOf(other)) && !shown.get(other)) {
                    world.broken(Broken.HALF, "a read shows " + value + " without " + other);
                }
            }
        });
    }

    private int streamOf(int value) {
        return Objects.requireNonNull(streamOfValue.get(value), "a value that nobody has planned");
    }

    /** What was shown counts as acknowledged, with all that belongs to it. */
    private void showAll(int[][] values) {
        for (int[] stream : values) {
            for (int value : stream) {
                for (int other : family.getOrDefault(value, new int[0])) {
                    int at = streamOf(other);
                    acknowledged[at] = Math.max(acknowledged[at], revisionOfValue.getOrDefault(other, -1) + 1);
                }
            }
        }
    }

    /** What is visible where a cut was restored, of all streams. */
    void cut(BitSet shown) {
        shown.stream().forEach(value -> {
            for (int other : family.getOrDefault(value, new int[0])) {
                if (!shown.get(other)) {
                    world.broken(Broken.CUT, "what is restored from a cut has " + value + " without " + other);
                }
            }
        });
    }

    /** A rejection must name what fails, and know what was acknowledged before it was asked for. */
    void rejected(List<Violation> violations, int[] least) {
        if (violations.isEmpty()) {
            world.broken(Broken.FALSE_REJECTION, "a rejection names no violation");
        }
        for (Violation violation : violations) {
            int stream = world.streams().number(violation.getStream());
            long length =
                    violation.getActual().getExists() ? violation.getActual().getRevision() + 1 : 0;
            boolean holds = switch (violation.getExpected().getKind()) {
                case NO_STREAM -> length == 0;
                case EXISTS -> length > 0;
                case REVISION -> length == violation.getExpected().getRevision() + 1;
                case AT_MOST -> length <= violation.getExpected().getRevision() + 1;
                default -> true;
            };
            if (holds || length < least[stream] || length > visible.get(stream).size()) {
                world.broken(
                        Broken.FALSE_REJECTION,
                        "stream " + stream + " has " + visible.get(stream).size() + " events, at least " + least[stream]
                                + " of them known; rejected because of " + violation);
            }
        }
    }

    /** Of how many transactions anything was heard. */
    int transactions() {
        return fates.size();
    }
}
