/**
 * Decides from files alone, before Raft starts, whether a replica's log and vote may be trusted; and keeps, while it runs,
 * the note by which the next start can tell. Knows Ratis' files but not Ratis. Not for users.
 */
@NullMarked
package io.weir.consensus.guard;

import org.jspecify.annotations.NullMarked;
