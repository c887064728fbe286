/** Judges of histories: pure functions from what clients saw to a verdict with its reasons. */
@NullMarked
package io.weir.jepsen.checker;

import org.jspecify.annotations.NullMarked;
