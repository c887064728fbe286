package io.weir.jepsen.simulator;

import com.google.protobuf.InvalidProtocolBufferException;
import io.weir.logstore.ReadView;
import io.weir.logstore.TransactionKey;
import io.weir.protocol.Append;
import io.weir.protocol.Prepare;
import java.util.Arrays;
import java.util.stream.IntStream;

/** What transactions will append, as a read would see it that makes a mistake. */
final class Staged {
    private Staged() {}

    /** Adds it behind what the streams hold. */
    static void add(ReadView view, Streams all, int[] streams, int[][] values) {
        for (TransactionKey key = view.nextStaged(null); key != null; key = view.nextStaged(key)) {
            for (Append append : prepare(view, key).getAppendsList()) {
                int stream = all.number(append.getStream());
                int[] staged =
                        append.getEventsList().stream().mapToInt(Streams::value).toArray();
                for (int i = 0; i < streams.length; i++) {
                    if (streams[i] == stream) {
                        values[i] = IntStream.concat(Arrays.stream(values[i]), Arrays.stream(staged))
                                .toArray();
                    }
                }
            }
        }
    }

    /** What is staged of a transaction; nothing if it is decided, or unknown. */
    static Prepare prepare(io.weir.logstore.StateView view, TransactionKey key) {
        byte[] staged = view.staged(key);
        try {
            return staged == null ? Prepare.getDefaultInstance() : Prepare.parseFrom(staged);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("what is staged is no message", e);
        }
    }
}
