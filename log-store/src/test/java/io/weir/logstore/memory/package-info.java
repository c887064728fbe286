/** The contract on the memory store. */
@NullMarked
package io.weir.logstore.memory;

import org.jspecify.annotations.NullMarked;
