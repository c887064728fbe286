/** A node of Weir: its configuration, its life, and the partitions that it holds. Begin at {@code WeirNode}. */
@NullMarked
package io.weir.consensus;

import org.jspecify.annotations.NullMarked;
