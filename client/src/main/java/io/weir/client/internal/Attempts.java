package io.weir.client.internal;

import io.weir.protocol.Error;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What was tried for one request, for the message of its failure. Not for several threads at once.
 */
final class Attempts {
    private static final int MAX_NAMES = 8;

    private int count;
    private final Set<String> endpoints = new LinkedHashSet<>();
    private String lastError = "none: nothing was heard";
    /** Waiting does not help against this one, so it is not lost behind a later error. */
    private String wrongCluster = "";

    void tried(String endpoint) {
        count++;
        if (endpoints.size() < MAX_NAMES) {
            endpoints.add(endpoint);
        }
    }

    void failed(String endpoint, Error error) {
        failed(endpoint, error.getCode() + (error.getMessage().isEmpty() ? "" : ": " + error.getMessage()));
        if (error.getCode() == Error.Code.WRONG_CLUSTER) {
            wrongCluster = lastError;
        }
    }

    void failed(String endpoint, String error) {
        lastError = endpoint + " said " + error;
    }

    int count() {
        return count;
    }

    /** For example {@code attempts: 3; nodes tried: [a:1, b:1]; last error: a:1 said NOT_READY}. */
    @Override
    public String toString() {
        return count == 0
                ? "no node was tried; last error: " + lastError
                : "attempts: " + count + "; nodes tried: " + endpoints + "; last error: " + lastError
                        + (wrongCluster.isEmpty() || wrongCluster.equals(lastError) ? "" : "; before: " + wrongCluster);
    }
}
