/** {@code weir server}: a node as a process. */
@NullMarked
package io.weir.cli.server;

import org.jspecify.annotations.NullMarked;
