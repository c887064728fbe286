/** Fault rigs: real processes of the built product, real faults, and what must hold afterwards. */
@NullMarked
package io.weir.jepsen;

import org.jspecify.annotations.NullMarked;
