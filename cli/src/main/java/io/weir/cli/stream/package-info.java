/** The verbs of {@code weir stream}. */
@NullMarked
package io.weir.cli.stream;

import org.jspecify.annotations.NullMarked;
