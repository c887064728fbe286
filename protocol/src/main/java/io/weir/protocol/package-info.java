/**
 * What clients and nodes must agree on: the messages (generated from {@code src/main/proto}), the limits, and how a
 * stream's name becomes a slot. Holds no behaviour of either side.
 */
@NullMarked
package io.weir.protocol;

import org.jspecify.annotations.NullMarked;
