package io.weir.logstore.lmdb;

import io.weir.logstore.DigestMark;
import io.weir.logstore.PartitionState;
import io.weir.logstore.TableDigests;

/** What table {@code meta} says beside the identity; one value, so that no reader sees a part of one commit and a part of another. */
record MetaValues(PartitionState state, TableDigests digests, DigestMark mark) {
    /** Of a store that has just been created. */
    static final MetaValues EMPTY = new MetaValues(PartitionState.EMPTY, TableDigests.EMPTY, DigestMark.NONE);
}
