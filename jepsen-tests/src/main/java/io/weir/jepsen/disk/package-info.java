/** Disks that a test makes, fills, and takes the power from. */
@NullMarked
package io.weir.jepsen.disk;

import org.jspecify.annotations.NullMarked;
