/** Tests of the client against a cluster that behaves and misbehaves. */
@NullMarked
package io.weir.client.internal;

import org.jspecify.annotations.NullMarked;
