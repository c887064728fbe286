package io.weir.logstore;

/**
 * Whose data a store holds; written at creation, compared at every open.
 *
 * @param clusterId the cluster's id, 1 to 64 characters
 * @param partition the partition's number, from 0
 */
public record StoreIdentity(String clusterId, int partition) {
    public StoreIdentity {
        if (clusterId.isEmpty() || clusterId.length() > 64) {
            throw new IllegalArgumentException(
                    "cluster id has " + clusterId.length() + " characters; it must have 1 to 64");
        }
        if (partition < 0) {
            throw new IllegalArgumentException("partition " + partition + " is negative");
        }
    }
}
