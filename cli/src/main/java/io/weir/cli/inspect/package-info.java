/** {@code weir inspect}: what lies in a node's files, read without opening or changing them. */
@NullMarked
package io.weir.cli.inspect;

import org.jspecify.annotations.NullMarked;
