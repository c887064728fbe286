/**
 * The only package that knows Apache Ratis: it runs one Raft server with a group per partition, and translates both ways
 * between Ratis and {@link io.weir.consensus.partition.RaftPort}, {@link io.weir.consensus.partition.RaftEvents}. Not for
 * users.
 */
@NullMarked
package io.weir.consensus.ratis;

import org.jspecify.annotations.NullMarked;
