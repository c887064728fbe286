package io.weir.jepsen.checker;

import io.weir.jepsen.history.Condition;
import io.weir.jepsen.history.ConditionalAppend;
import io.weir.jepsen.history.EndOfStream;
import io.weir.jepsen.history.Operation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * What the revisions of one stream show: each is told once, follows from the condition, and keeps the order of the
 * clock, together with ends that were read and states that were named by rejections ({@link Chain}).
 *
 * <p>A revision that nobody was told was made by an append in doubt. Which one is chosen place by place: of those that
 * had begun early enough and whose condition holds there, that which is of use for the fewest later places. Places that
 * come later allow all that had begun early enough for the earlier ones, so that no other choice serves better (Glover,
 * <em>Maximum Matching in a Convex Bipartite Graph</em>, 1967).
 */
final class RevisionChecks {
    private static final int NONE = -1;

    private final Calls calls;
    private final List<Integer> ofStream;
    private final Findings findings;
    private final Chain chain;
    private final int[] owners;

    RevisionChecks(Calls calls, List<Integer> ofStream, Findings findings) {
        this.calls = calls;
        this.ofStream = ofStream;
        this.findings = findings;
        long possible = ofStream.stream().filter(this::mayHaveHappened).count();
        long shown = ofStream.stream().mapToLong(this::lastShown).max().orElse(NONE);
        this.chain = new Chain((int) Math.min(possible, Math.max(shown, NONE) + (shown < possible ? 1 : 0)));
        this.owners = new int[chain.places()];
        Arrays.fill(owners, NONE);
    }

    private boolean mayHaveHappened(int call) {
        return calls.operation(call) instanceof ConditionalAppend && !calls.isFailed(call);
    }

    /** The highest revision of which an operation says that it was there. */
    private long lastShown(int call) {
        Operation operation = calls.operation(call);
        if (operation instanceof ConditionalAppend append) {
            return Math.max(append.revision(), append.actual());
        }
        return ((EndOfStream) operation).revision();
    }

    void check() {
        for (int call : ofStream) {
            if (lastShown(call) >= chain.places()) {
                findings.add(
                        AnomalyKind.REVISION_GAP,
                        () -> line(call) + " shows revision " + lastShown(call) + " of " + stream()
                                + ", and fewer appends to it can have taken effect",
                        call);
            } else if (calls.operation(call) instanceof ConditionalAppend append) {
                add(call, append);
            } else if (calls.isOk(call)) {
                addState(call, ((EndOfStream) calls.operation(call)).revision());
            }
        }
        fillGaps();
        chain.contradictions(this::report);
    }

    private void add(int call, ConditionalAppend append) {
        if (calls.isOk(call)) {
            addSuccess(call, append, (int) append.revision());
        } else if (append.actual() != Operation.UNKNOWN) {
            if (append.condition().holds(append.actual())) {
                findings.add(
                        AnomalyKind.FALSE_REJECTION,
                        () -> line(call) + " was rejected because the last revision of " + stream() + " was "
                                + append.actual() + ", and its condition, " + append.condition() + ", holds there",
                        call);
            }
            addState(call, append.actual());
        }
    }

    private void addSuccess(int call, ConditionalAppend append, int revision) {
        int owner = owners[revision];
        if (owner != NONE) {
            findings.add(
                    AnomalyKind.DOUBLE_SUCCESS,
                    () -> "lines " + calls.place(owner) + " and " + calls.place(call) + " were both told revision "
                            + revision + " of " + stream(),
                    owner,
                    call);
            return;
        }
        owners[revision] = call;
        if (!append.condition().holds(revision - 1L)) {
            findings.add(
                    AnomalyKind.UNMET_CONDITION,
                    () -> line(call) + " got revision " + revision + " of " + stream() + ", behind revision "
                            + (revision - 1) + ", although it expected " + append.condition(),
                    call);
        }
        chain.notBefore(revision, calls.invocation(call), call);
        chain.notAfter(revision, calls.place(call), call);
    }

    private void addState(int call, long last) {
        chain.notAfter((int) last, calls.place(call), call);
        chain.notBefore((int) last + 1, calls.invocation(call), call);
    }

    private void fillGaps() {
        int[] deadlines = chain.deadlines();
        List<Integer> inDoubt = new ArrayList<>(ofStream.stream()
                .filter(call -> calls.isInDoubt(call) && calls.operation(call) instanceof ConditionalAppend)
                .toList());
        PriorityQueue<Integer> usable =
                new PriorityQueue<>(Comparator.comparingLong(this::lastPlace).thenComparing(Comparator.naturalOrder()));
        List<List<Integer>> byFirstPlace = new ArrayList<>();
        for (int place = 0; place < chain.places(); place++) {
            byFirstPlace.add(new ArrayList<>());
        }
        for (int call : inDoubt) {
            int first = (int) Math.max(firstPlace(call), firstAfter(deadlines, calls.invocation(call)));
            if (first < chain.places()) {
                byFirstPlace.get(first).add(call);
            }
        }
        for (int place = 0; place < chain.places(); place++) {
            usable.addAll(byFirstPlace.get(place));
            while (!usable.isEmpty() && lastPlace(usable.peek()) < place) {
                usable.remove();
            }
            if (owners[place] == NONE && !fill(place, usable.poll())) {
                return; // what is missing further on follows from it
            }
        }
    }

    /** Whether there is a call that fills a place. */
    private boolean fill(int place, @Nullable Integer call) {
        if (call != null) {
            owners[place] = call;
            chain.notBefore(place, calls.invocation(call), call);
            return true;
        }
        int[] shown = ofStream.stream()
                .filter(other -> lastShown(other) >= place)
                .mapToInt(Integer::intValue)
                .limit(1)
                .toArray();
        findings.add(
                AnomalyKind.REVISION_GAP,
                () -> "line " + calls.place(shown[0]) + " shows revision " + lastShown(shown[0]) + " of " + stream()
                        + ", but nobody was told revision " + place
                        + ", and no append in doubt can have made it in time and under its condition",
                shown);
        return false;
    }

    /** The first place whose deadline a call that began on this line meets; deadlines never fall. */
    private static int firstAfter(int[] deadlines, int line) {
        int low = 0;
        int high = deadlines.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (deadlines[middle] > line) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    /** The lowest revision that an append can get under its condition. */
    private long firstPlace(int call) {
        Condition condition = ((ConditionalAppend) calls.operation(call)).condition();
        return switch (condition.kind()) {
            case ANY, NO_STREAM, AT_MOST -> 0;
            case EXISTS -> 1;
            case REVISION -> condition.revision() + 1;
        };
    }

    /** The highest one. */
    private long lastPlace(int call) {
        Condition condition = ((ConditionalAppend) calls.operation(call)).condition();
        return switch (condition.kind()) {
            case ANY, EXISTS -> Long.MAX_VALUE;
            case NO_STREAM -> 0;
            case REVISION, AT_MOST -> condition.revision() + 1;
        };
    }

    private void report(int emptyPlace, int emptyCall, int filledPlace, int filledCall) {
        boolean isAppend = owners[emptyPlace] == emptyCall;
        boolean isFilledByAppend = owners[filledPlace] == filledCall;
        AnomalyKind kind = isAppend
                ? isFilledByAppend ? AnomalyKind.REVISION_ORDER : AnomalyKind.FUTURE_READ
                : AnomalyKind.STALE_READ;
        findings.add(
                kind,
                () -> line(filledCall) + " had shown revision " + filledPlace + " of " + stream() + " when "
                        + line(emptyCall) + " was invoked in line " + calls.invocation(emptyCall)
                        + (isAppend ? ", which made revision " : ", which shows the stream without revision ")
                        + emptyPlace,
                filledCall,
                emptyCall);
    }

    private String line(int call) {
        return "line " + calls.place(call);
    }

    private String stream() {
        return "stream " + ConditionalAppendChecker.streamOf(calls.operation(ofStream.get(0)));
    }
}
