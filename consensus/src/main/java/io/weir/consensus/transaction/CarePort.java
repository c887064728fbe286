package io.weir.consensus.transaction;

import io.weir.protocol.TransactionId;
import io.weir.protocol.TransactionInfo;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A replica of a partition, as {@link TransactionCare} sees it. What is told of its state is as it was applied here. */
public interface CarePort {
    /** The number of the partition. */
    int partition();

    /** Whether this replica leads, as far as it knows. */
    boolean leads();

    /**
     * The transactions that are not over here: staged, or decided here as their home and not forgotten. The oldest expiry
     * first.
     *
     * @param after only those behind this one; null: from the first
     * @param max how many at the most
     */
    List<TransactionInfo> open(@Nullable TransactionId after, int max);

    /**
     * The first expiry that log time has not passed, of those of which anything is kept; {@link Long#MAX_VALUE} if there is
     * none.
     */
    long firstExpiryMs();

    /** The log time of the partition. */
    long logTimeMs();

    /** This node's clock, in milliseconds since the epoch. */
    long clockMs();

    /** Proposes an entry that holds nothing but the time. Does not wait, and may fail without a word. */
    void tick();
}
