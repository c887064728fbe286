/** A page of HTML with drawings in it, whatever they show: no script, nothing from elsewhere. */
@NullMarked
package io.weir.benchmarks.page;

import org.jspecify.annotations.NullMarked;
