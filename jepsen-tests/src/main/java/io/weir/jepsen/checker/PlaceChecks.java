package io.weir.jepsen.checker;

import io.weir.jepsen.history.Operation;
import io.weir.jepsen.history.StreamRead;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

/**
 * What the places of values show: wrong revision, double success, and, of linearizable reads and what was acknowledged,
 * everything that contradicts the clock ({@link Chain}).
 */
final class PlaceChecks {
    private static final int NONE = Elements.NONE;

    private final Calls calls;
    private final Elements elements;
    private final StreamReads reads;
    private final Findings findings;

    PlaceChecks(Calls calls, Elements elements, StreamReads reads, Findings findings) {
        this.calls = calls;
        this.elements = elements;
        this.reads = reads;
        this.findings = findings;
    }

    void check() {
        List<List<Integer>> elementsOf = new ArrayList<>();
        List<List<Integer>> readsOf = new ArrayList<>();
        for (int stream = 0; stream < elements.streams(); stream++) {
            elementsOf.add(new ArrayList<>());
            readsOf.add(new ArrayList<>());
        }
        for (int element = 0; element < elements.count(); element++) {
            elementsOf.get(elements.stream(elements.streamOf(element))).add(element);
        }
        for (int call : reads.all()) {
            int stream = elements.stream(reads.read(call).stream());
            if (stream != NONE && reads.read(call).level() == StreamRead.Level.LINEARIZABLE) {
                readsOf.get(stream).add(call);
            }
        }
        for (int stream = 0; stream < elements.streams(); stream++) {
            int name = elements.streamOf(elementsOf.get(stream).get(0));
            if (!reads.isBroken(name)) {
                check(name, elementsOf.get(stream), readsOf.get(stream));
            }
        }
    }

    private void check(int stream, List<Integer> ofStream, List<Integer> linearizable) {
        Chain chain = new Chain(Math.max(ofStream.size(), reads.length(stream)));
        int[] owners = new int[chain.places()];
        Arrays.fill(owners, NONE);
        for (int element : ofStream) {
            int place = place(stream, element, chain.places());
            if (place == NONE) {
                continue;
            }
            if (owners[place] != NONE) {
                reportDouble(element, owners[place], place);
                continue;
            }
            owners[place] = element;
            chain.notBefore(place, elements.begun(element), elements.first(element));
            if (elements.isAcknowledged(element)) {
                chain.notAfter(place, elements.over(element), elements.acknowledged(element));
            }
        }
        for (int call : linearizable) {
            int size = reads.values(call).size();
            chain.notAfter(size - 1, calls.place(call), call);
            chain.notBefore(size, calls.invocation(call), call);
        }
        fillGaps(stream, ofStream, chain, owners);
        chain.contradictions(
                (emptyPlace, empty, filledPlace, filled) -> report(stream, emptyPlace, empty, filledPlace, filled));
    }

    /**
     * Places behind all reads, and before one that was told as a revision, were filled by requests in doubt: the one that
     * began first for the first of them, since later places allow what earlier ones do.
     */
    private void fillGaps(int stream, List<Integer> ofStream, Chain chain, int[] owners) {
        int top = owners.length;
        while (top > 0 && owners[top - 1] == NONE) {
            top--;
        }
        Deque<Integer> inDoubt = new ArrayDeque<>(ofStream.stream()
                .filter(element -> elements.mayHaveHappened(element) && !isPlaced(element, owners))
                .sorted(Comparator.comparingInt(elements::begun))
                .toList());
        int[] deadlines = chain.deadlines();
        for (int place = reads.length(stream); place < top; place++) {
            if (owners[place] == NONE) {
                Integer element = inDoubt.peek();
                if (element == null || elements.begun(element) > deadlines[place]) {
                    reportGap(stream, place, owners[top - 1]);
                    return;
                }
                inDoubt.remove();
                chain.notBefore(place, elements.begun(element), elements.first(element));
            }
        }
    }

    private boolean isPlaced(int element, int[] owners) {
        long told = elements.revision(element);
        return reads.place(element) != NONE || (told >= 0 && told < owners.length && owners[(int) told] == element);
    }

    private void reportGap(int stream, int place, int behind) {
        findings.add(
                AnomalyKind.REVISION_GAP,
                () -> "line " + calls.place(elements.first(behind)) + " was told revision " + elements.revision(behind)
                        + " of stream " + stream + ", but nobody was told revision " + place
                        + ", and no request in doubt can have got it in time",
                elements.first(behind));
    }

    /** Where an element stands: as reads show it, else as it was told if reads do not go that far. */
    private int place(int stream, int element, int places) {
        int seen = reads.place(element);
        long told = elements.revision(element);
        if (told == Operation.UNKNOWN || told == seen) {
            return seen;
        }
        if (seen == NONE && told >= reads.length(stream) && told < places) {
            return (int) told;
        }
        String found = seen != NONE
                ? "reads have it at place " + seen
                : told >= places ? "fewer values were added to it" : "reads hold another one there";
        findings.add(
                AnomalyKind.WRONG_REVISION,
                () -> "line " + calls.place(elements.acknowledged(element)) + " was told revision " + told + " for "
                        + elements.described(element) + "; " + found,
                elements.acknowledged(element));
        return seen;
    }

    private void reportDouble(int one, int other, int place) {
        findings.add(
                AnomalyKind.DOUBLE_SUCCESS,
                () -> elements.described(one) + " and " + elements.value(other) + " both got revision " + place,
                elements.first(one),
                elements.first(other));
    }

    private void report(int stream, int emptyPlace, int empty, int filledPlace, int filled) {
        boolean isRead = calls.operation(empty) instanceof StreamRead;
        boolean isFilledByRead = calls.operation(filled) instanceof StreamRead;
        AnomalyKind kind =
                isRead ? AnomalyKind.STALE_READ : isFilledByRead ? AnomalyKind.FUTURE_READ : AnomalyKind.REVISION_ORDER;
        findings.add(
                kind,
                () -> "line " + calls.place(filled) + (isFilledByRead ? " had read" : " had added") + " place "
                        + filledPlace + " of stream " + stream + " when line " + calls.place(empty)
                        + " was invoked in line " + calls.invocation(empty)
                        + (isRead ? ", which read the stream without place " : ", which added place ") + emptyPlace,
                filled,
                empty);
    }
}
