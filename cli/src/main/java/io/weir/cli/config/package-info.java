/** Settings from flags, environment and file, all by the same names. */
@NullMarked
package io.weir.cli.config;

import org.jspecify.annotations.NullMarked;
