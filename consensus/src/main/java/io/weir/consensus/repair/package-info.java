/**
 * What a node does by itself about a replica that may be damaged: finds out, steps aside, and rebuilds from the peers. Knows
 * neither Ratis nor gRPC; {@code docs/internals/repair.md} has the states and the argument.
 */
@NullMarked
package io.weir.consensus.repair;

import org.jspecify.annotations.NullMarked;
