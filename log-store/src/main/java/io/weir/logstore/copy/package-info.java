/** A store as a stream of rows: how a replica is copied to a peer, and what a backup is made of. */
@NullMarked
package io.weir.logstore.copy;

import org.jspecify.annotations.NullMarked;
