/** The verbs {@code weir tx}: transactions. */
@NullMarked
package io.weir.cli.tx;

import org.jspecify.annotations.NullMarked;
