/** The verbs that save a cluster, verify what was saved, and restore from it. */
@NullMarked
package io.weir.cli.backup;

import org.jspecify.annotations.NullMarked;
