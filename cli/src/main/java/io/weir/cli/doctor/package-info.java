/** {@code weir doctor}: checks of this machine and of the cluster. */
@NullMarked
package io.weir.cli.doctor;

import org.jspecify.annotations.NullMarked;
