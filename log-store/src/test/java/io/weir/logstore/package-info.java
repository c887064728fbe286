/** Tests that hold for every store. */
@NullMarked
package io.weir.logstore;

import org.jspecify.annotations.NullMarked;
