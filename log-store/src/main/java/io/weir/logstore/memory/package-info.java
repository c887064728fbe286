/** The port on plain sorted maps: the model that the LMDB store is tested against, and a store for tests and simulations. */
@NullMarked
package io.weir.logstore.memory;

import org.jspecify.annotations.NullMarked;
