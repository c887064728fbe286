package io.weir.client;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How to make one call.
 *
 * @param timeout after which the call ends, with an error if need be; null for the store's default
 * @param requestId to send again a request whose outcome is unknown; null for a new request
 */
public record CallOptions(
        @Nullable Duration timeout, @Nullable RequestId requestId) {
    public static final CallOptions DEFAULT = new CallOptions(null, null);

    /** A new request with its own timeout. */
    public static CallOptions within(Duration timeout) {
        return new CallOptions(timeout, null);
    }

    /**
     * The same request once more, after {@link EventStoreException.OutcomeUnknown}; the content must be the same. The id may come
     * from another store, or from its text.
     */
    public static CallOptions again(RequestId requestId) {
        return new CallOptions(null, requestId);
    }
}
