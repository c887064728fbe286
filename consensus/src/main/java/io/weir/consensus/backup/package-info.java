/** Backups of a whole cluster: a directory that is written while the cluster runs, verified anywhere, and restored from. */
@NullMarked
package io.weir.consensus.backup;

import org.jspecify.annotations.NullMarked;
