/** The verbs of {@code weir cluster}. */
@NullMarked
package io.weir.cli.cluster;

import org.jspecify.annotations.NullMarked;
