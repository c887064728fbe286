/** Bytes on disk: golden rows, and decoding of anything. */
@NullMarked
package io.weir.logstore.layout;

import org.jspecify.annotations.NullMarked;
