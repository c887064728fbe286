package io.weir.jepsen.model;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/** What holds in every state. The first ten have the numbers that the documentation gives them. */
enum Invariant {
    NOT_TORN(1, "no transaction commits in one partition and aborts in another"),
    DECIDED_ONCE(2, "a decision never changes"),
    LOCKS_HAVE_OWNERS(3, "every lock belongs to a transaction that is undecided, or not resolved there"),
    ABORT_KEEPS_OUT(4, "a prepare that comes after its abort takes no lock"),
    NEVER_HALF(5, "no read sees half of a transaction"),
    DENSE(6, "staged events are invisible, and get the revisions and positions that come next"),
    SAME_ANSWER(7, "one request is executed once, and always answered alike"),
    NOTHING_MISSED(8, "a linearizable read misses nothing that was acknowledged before it began"),
    NO_FALSE_NO(9, "no transaction that commits is answered in the negative"),
    LOCKS_CAN_GO(10, "without driver and memory, every lock can be removed, and nothing is torn by that"),
    SERIALIZABLE(11, "there is one order of all transactions and reads, which keeps real time"),
    REJECTED_FOR_A_REASON(
            12, "a rejection names a condition that fails, and misses nothing acknowledged before it began");

    /** Those that clients can see to be broken; the others keep these from being broken in the end. */
    static final Set<Invariant> VISIBLE = Collections.unmodifiableSet(
            EnumSet.complementOf(EnumSet.of(DECIDED_ONCE, LOCKS_HAVE_OWNERS, ABORT_KEEPS_OUT, LOCKS_CAN_GO)));

    static final Set<Invariant> ALL = Collections.unmodifiableSet(EnumSet.allOf(Invariant.class));

    private final int number;
    private final String text;

    Invariant(int number, String text) {
        this.number = number;
        this.text = text;
    }

    int number() {
        return number;
    }

    static Invariant ofNumber(int number) {
        return Arrays.stream(values())
                .filter(invariant -> invariant.number == number)
                .findAny()
                .orElseThrow();
    }

    @Override
    public String toString() {
        return "(" + number + ") " + text;
    }
}
