/** What clients did and saw: recorded while it happens, kept as lines, written and read as EDN. */
@NullMarked
package io.weir.jepsen.history;

import org.jspecify.annotations.NullMarked;
