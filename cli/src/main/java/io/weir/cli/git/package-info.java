/**
 * What the demo must know of git: its two commands, the bytes that they write, and a bundled history for when there is no
 * repository. Bytes are never taken for text here. Begin at {@link io.weir.cli.git.History}.
 */
@NullMarked
package io.weir.cli.git;

import org.jspecify.annotations.NullMarked;
