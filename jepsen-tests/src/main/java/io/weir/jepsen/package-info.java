/** The tool that breaks clusters on purpose and judges what came of it: {@code weir jepsen}. */
@NullMarked
package io.weir.jepsen;

import org.jspecify.annotations.NullMarked;
