package io.weir.jepsen.checker;

import io.weir.jepsen.history.Values;
import java.util.Arrays;

/**
 * The order of each stream's appends, as far as reads show it: a read shows all that was there, so the longest one
 * holds what the others hold, in the same order. An append that took effect, and that no read shows, stands somewhere
 * behind.
 */
final class VersionOrders {
    /** Instead of a place or an append: there is none. */
    static final int NONE = -1;

    private final Transactions transactions;
    private final Appends appends;
    private final Reads reads;
    private final int[] longest;
    private final int[] places;
    private final boolean[] isSeen;
    private final boolean[] isBroken;
    private final boolean[] isPrefix;
    private final boolean[] isCommitted;
    private final int[] firstUnseen;
    private final int[] nextUnseen;

    VersionOrders(Transactions transactions, Appends appends, Reads reads) {
        this.transactions = transactions;
        this.appends = appends;
        this.reads = reads;
        this.longest = new int[appends.streams()];
        this.places = new int[appends.count()];
        this.isSeen = new boolean[appends.count()];
        this.isBroken = new boolean[appends.streams()];
        this.isPrefix = new boolean[reads.count()];
        this.isCommitted = new boolean[transactions.count()];
        this.firstUnseen = new int[appends.streams()];
        this.nextUnseen = new int[appends.count()];
        findLongest();
        placeAppends();
        compareReads();
        findCommitted();
        chainUnseen();
    }

    private void findLongest() {
        Arrays.fill(longest, NONE);
        for (int read = 0; read < reads.count(); read++) {
            int stream = reads.stream(read);
            if (longest[stream] == NONE
                    || reads.values(longest[stream]).size() < reads.values(read).size()) {
                longest[stream] = read;
            }
        }
    }

    private void placeAppends() {
        Arrays.fill(places, NONE);
        for (int stream = 0; stream < longest.length; stream++) {
            for (int place = 0; place < length(stream); place++) {
                int append = at(stream, place);
                if (append != NONE) {
                    isBroken[stream] |= places[append] != NONE;
                    places[append] = place;
                    isSeen[append] = true;
                }
            }
        }
    }

    private void compareReads() {
        for (int read = 0; read < reads.count(); read++) {
            Values values = reads.values(read);
            int stream = reads.stream(read);
            isPrefix[read] = values.commonPrefix(reads.values(longest[stream])) == values.size();
            if (!isPrefix[read]) {
                isBroken[stream] = true;
                for (int i = 0; i < values.size(); i++) {
                    int append = appends.find(appends.streamName(stream), values.at(i));
                    if (append != NONE) {
                        isSeen[append] = true;
                    }
                }
            }
        }
    }

    private void findCommitted() {
        for (int transaction = 0; transaction < isCommitted.length; transaction++) {
            isCommitted[transaction] = transactions.isOk(transaction);
        }
        for (int append = 0; append < isSeen.length; append++) {
            int transaction = appends.transaction(append);
            isCommitted[transaction] |= isSeen[append] && !transactions.isFailed(transaction);
        }
    }

    private void chainUnseen() {
        Arrays.fill(firstUnseen, NONE);
        for (int append = appends.count() - 1; append >= 0; append--) {
            if (!isSeen[append] && tookEffect(append)) {
                nextUnseen[append] = firstUnseen[appends.streamOf(append)];
                firstUnseen[appends.streamOf(append)] = append;
            }
        }
    }

    /** Whether a transaction took effect: it was acknowledged, or somebody saw an append of it. */
    boolean isCommitted(int transaction) {
        return isCommitted[transaction];
    }

    /** Whether an append's transaction took effect. */
    boolean tookEffect(int append) {
        return isCommitted[appends.transaction(append)];
    }

    /** The read that shows most of a stream, the first one if several do; {@link #NONE} if nobody read it. */
    int longest(int stream) {
        return longest[stream];
    }

    /** How many values the longest read shows. */
    int length(int stream) {
        return longest[stream] == NONE ? 0 : reads.values(longest[stream]).size();
    }

    /** The append that stands at a place in a stream; {@link #NONE} if nobody appended that value. */
    int at(int stream, int place) {
        return appends.find(
                appends.streamName(stream), reads.values(longest[stream]).at(place));
    }

    /** Where an append stands in its stream, from 0; {@link #NONE} if the longest read does not show it. */
    int place(int append) {
        return places[append];
    }

    /** Whether any read shows the append. */
    boolean isSeen(int append) {
        return isSeen[append];
    }

    /** Whether reads contradict each other, or show a value twice, so that the stream has no order. */
    boolean isBroken(int stream) {
        return isBroken[stream];
    }

    /** Whether the longest read of its stream begins with this read. */
    boolean isPrefix(int read) {
        return isPrefix[read];
    }

    /** The append that took effect and stands at this place or first behind it; {@link #NONE} if no read shows one. */
    int next(int stream, int place) {
        for (int i = place; i < length(stream); i++) {
            int append = at(stream, i);
            if (append != NONE && tookEffect(append)) {
                return append;
            }
        }
        return NONE;
    }

    private int before(int stream, int place) {
        for (int i = place - 1; i >= 0; i--) {
            int append = at(stream, i);
            if (append != NONE && tookEffect(append)) {
                return append;
            }
        }
        return NONE;
    }

    /**
     * The append that stands before this one in its stream and took effect: the last one that reads show, if they do
     * not show this one; {@link #NONE} if there is none, or the stream has no order.
     */
    int predecessor(int append) {
        int stream = appends.streamOf(append);
        if (isBroken[stream]) {
            return NONE;
        }
        return before(stream, isSeen[append] ? places[append] : length(stream));
    }

    /** The append that a read saw last; {@link #NONE} if it saw nothing, or a value that nobody appended. */
    int last(int read) {
        Values values = reads.values(read);
        return values.size() == 0
                ? NONE
                : appends.find(appends.streamName(reads.stream(read)), values.at(values.size() - 1));
    }

    /** The first append to a stream that took effect and that no read shows; {@link #NONE} if there is none. */
    int firstUnseen(int stream) {
        return firstUnseen[stream];
    }

    /** The next one after that. */
    int nextUnseen(int append) {
        return nextUnseen[append];
    }
}
