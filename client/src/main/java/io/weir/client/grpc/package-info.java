/** The way to a remote node: the only place in the client that knows gRPC. */
@NullMarked
package io.weir.client.grpc;

import org.jspecify.annotations.NullMarked;
