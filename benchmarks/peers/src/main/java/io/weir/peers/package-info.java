/** Weir beside other systems, in one run on one machine. */
@NullMarked
package io.weir.peers;

import org.jspecify.annotations.NullMarked;
