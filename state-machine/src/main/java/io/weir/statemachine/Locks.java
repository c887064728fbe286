package io.weir.statemachine;

import com.google.protobuf.ByteString;
import io.weir.logstore.Lock;
import io.weir.logstore.StateView;
import io.weir.logstore.StreamKey;
import io.weir.logstore.TransactionKey;
import io.weir.protocol.Append;
import io.weir.protocol.Locked;
import io.weir.protocol.Requirement;
import io.weir.protocol.StreamName;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether locks of transactions are in the way of something: any lock, of a stream that it changes; an exclusive one, of a stream
 * that it only states a condition on. An append without events changes nothing: it is a condition.
 *
 * <p>To be asked before any condition is looked at: what is under an exclusive lock may be outdated.
 */
final class Locks {
    private final StateView state;
    private final @Nullable TransactionKey own;
    private @Nullable Lock oldest;

    private Locks(StateView state, @Nullable TransactionKey own) {
        this.state = state;
        this.own = own;
    }

    /**
     * The lock of the oldest transaction that is in the way, or null.
     *
     * @param own whose locks are not
     */
    static @Nullable Lock inTheWay(
            StateView state, @Nullable TransactionKey own, List<Append> appends, List<Requirement> requirements) {
        if (!state.hasLocks()) {
            return null;
        }
        Locks locks = new Locks(state, own);
        for (Append append : appends) {
            locks.look(StreamKeys.key(StreamName.of(append.getStream())), append.getEventsCount() > 0);
        }
        for (Requirement requirement : requirements) {
            locks.look(StreamKeys.key(StreamName.of(requirement.getStream())), false);
        }
        return locks.oldest;
    }

    private void look(StreamKey stream, boolean changes) {
        state.visitLocks(stream, lock -> {
            boolean isInTheWay = (changes || lock.exclusive()) && !lock.holder().equals(own);
            if (isInTheWay && (oldest == null || lock.holder().compareTo(oldest.holder()) < 0)) {
                oldest = lock;
            }
            return true;
        });
    }

    static Locked locked(Lock lock) {
        return Locked.newBuilder()
                .setHolder(TransactionKeys.id(lock.holder()))
                .setStream(ByteString.copyFrom(lock.stream().name()))
                .build();
    }
}
