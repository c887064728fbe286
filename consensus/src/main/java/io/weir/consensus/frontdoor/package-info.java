/**
 * The front door of a node: the gRPC service of {@code service.proto} over any {@link io.weir.client.spi.NodeChannel}.
 * Begin at {@code FrontDoor}; {@code SubmitCall} is what an append passes.
 */
@NullMarked
package io.weir.consensus.frontdoor;

import org.jspecify.annotations.NullMarked;
