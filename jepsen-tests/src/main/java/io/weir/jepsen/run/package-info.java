/** Runs: clients at work while a cluster is hurt. */
@NullMarked
package io.weir.jepsen.run;

import org.jspecify.annotations.NullMarked;
