/** A cluster to be hurt: real processes of the product, the ways between them, and the disks under them. */
@NullMarked
package io.weir.jepsen.rig;

import org.jspecify.annotations.NullMarked;
