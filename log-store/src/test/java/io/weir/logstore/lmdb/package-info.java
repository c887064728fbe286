/** The LMDB store: contract, model, damage, growth, draining, crashes. */
@NullMarked
package io.weir.logstore.lmdb;

import org.jspecify.annotations.NullMarked;
