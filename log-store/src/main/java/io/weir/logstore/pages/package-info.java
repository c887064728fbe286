/**
 * LMDB's data file, read in plain Java: to verify it, and to look into it. Never mapped: a truncated file would raise SIGBUS,
 * and LMDB itself ends the JVM on a page that is not what it expects. Whatever the bytes are, this package answers with a
 * typed result. Knows nothing of lmdbjava.
 */
@NullMarked
package io.weir.logstore.pages;

import org.jspecify.annotations.NullMarked;
