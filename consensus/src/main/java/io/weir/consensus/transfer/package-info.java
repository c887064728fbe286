/**
 * What members ask of each other beside Raft, over gRPC: greetings, membership, and copies of whole stores. Beside the front
 * door the only place that knows gRPC.
 */
@NullMarked
package io.weir.consensus.transfer;

import org.jspecify.annotations.NullMarked;
