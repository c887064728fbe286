/** What the clients of a run do, and note. */
@NullMarked
package io.weir.jepsen.workload;

import org.jspecify.annotations.NullMarked;
