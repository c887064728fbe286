/** Bytes on disk: golden rows, and decoding of anything. */
@NullMarked
package io.weir.logstore.pages;

import org.jspecify.annotations.NullMarked;
