package io.weir.statemachine;

import io.weir.logstore.SessionId;
import io.weir.logstore.TransactionKey;
import io.weir.protocol.TransactionId;

/** A transaction's id, in the log and in the store. */
public final class TransactionKeys {
    private TransactionKeys() {}

    /** The key of an id. */
    public static TransactionKey key(TransactionId id) {
        return new TransactionKey(
                id.getExpiryMs(),
                new SessionId(id.getSessionHigh(), id.getSessionLow()),
                id.getSequence(),
                id.getHome());
    }

    /** The id of a key. */
    public static TransactionId id(TransactionKey key) {
        return TransactionId.newBuilder()
                .setExpiryMs(key.expiryMs())
                .setSessionHigh(key.session().high())
                .setSessionLow(key.session().low())
                .setSequence(key.sequence())
                .setHome(key.home())
                .build();
    }
}
