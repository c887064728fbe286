package io.weir.logstore;

/**
 * The running values of a partition, stored in the same transaction as what led to them.
 *
 * @param appliedTerm Raft term of the last applied entry, -1 before the first
 * @param appliedIndex Raft index of the last applied entry, -1 before the first
 * @param nextPosition position that the next event will get; positions are dense from 0
 * @param nextStreamId id that the next new stream will get; ids are dense from 0
 * @param logTimeMs log time: the largest leader's stamp applied so far, in milliseconds since the epoch; never falls
 * @param digest rolling digest up to {@code appliedIndex}
 */
public record PartitionState(
        long appliedTerm, long appliedIndex, long nextPosition, long nextStreamId, long logTimeMs, Digest digest) {
    /** Of a partition that has applied nothing. */
    public static final PartitionState EMPTY = new PartitionState(-1, -1, 0, 0, 0, Digest.EMPTY);
}
