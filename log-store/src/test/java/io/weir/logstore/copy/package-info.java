@NullMarked
package io.weir.logstore.copy;

import org.jspecify.annotations.NullMarked;
