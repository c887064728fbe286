/** What hurts a cluster: each fault is begun, lasts, and is healed. */
@NullMarked
package io.weir.jepsen.nemesis;

import org.jspecify.annotations.NullMarked;
