/** Tests of the public API. */
@NullMarked
package io.weir.client;

import org.jspecify.annotations.NullMarked;
