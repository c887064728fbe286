/**
 * The port on LMDB. The only package that knows lmdbjava: native calls, errors, transactions, readers and the map's size
 * stay inside. Which bytes a row has is said in {@code io.weir.logstore.layout}.
 */
@NullMarked
package io.weir.logstore.lmdb;

import org.jspecify.annotations.NullMarked;
