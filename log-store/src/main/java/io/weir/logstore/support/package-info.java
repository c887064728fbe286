/** What every implementation of the port enforces alike: the rules of a batch, and the gate that views and the writer pass. */
@NullMarked
package io.weir.logstore.support;

import org.jspecify.annotations.NullMarked;
