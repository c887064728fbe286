/**
 * What every implementation of the port does alike: the rules of a batch, the gate that views and the writer pass, where rows of events
 * end, the sums over rows; and the rows themselves, for those that keep objects.
 */
@NullMarked
package io.weir.logstore.support;

import org.jspecify.annotations.NullMarked;
