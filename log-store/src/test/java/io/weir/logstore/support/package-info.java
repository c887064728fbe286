/** The gate on its own. */
@NullMarked
package io.weir.logstore.support;

import org.jspecify.annotations.NullMarked;
