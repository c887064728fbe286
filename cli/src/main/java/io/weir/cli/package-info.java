/** The {@code weir} command. Begin at {@code Main}, then {@code Cli}; one class per verb. */
@NullMarked
package io.weir.cli;

import org.jspecify.annotations.NullMarked;
