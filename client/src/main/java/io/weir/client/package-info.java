/** The public API of Weir: begin at {@link io.weir.client.Weir} and {@link io.weir.client.EventStore}. */
@NullMarked
package io.weir.client;

import org.jspecify.annotations.NullMarked;
