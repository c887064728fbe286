/**
 * The committed, applied log of one partition and what is needed to continue it. This is not the Raft log: Raft's log is
 * the write-ahead log and belongs to Ratis; what arrives here has been agreed on already.
 *
 * <p>This package is the port that the state machine sees; {@code lmdb} and {@code memory} implement it.
 */
@NullMarked
package io.weir.logstore;

import org.jspecify.annotations.NullMarked;
