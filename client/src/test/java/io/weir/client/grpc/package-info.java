/** Tests of the way to a node over real sockets. */
@NullMarked
package io.weir.client.grpc;

import org.jspecify.annotations.NullMarked;
