/**
 * The bytes of every row on disk, one class per table or per pair of tables that belong together. All integers are
 * big-endian, in keys because LMDB orders keys as bytes, in values so that there is one rule. Every value begins with a
 * CRC32C. Knows nothing of LMDB.
 *
 * <p>The golden tests pin these bytes: whoever changes one raises {@link io.weir.logstore.layout.MetaLayout#FORMAT_VERSION},
 * and below 1.0 the older ones are refused.
 */
@NullMarked
package io.weir.logstore.layout;

import org.jspecify.annotations.NullMarked;
