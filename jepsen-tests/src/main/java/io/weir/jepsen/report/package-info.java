/** Reports: a run as a page that shows what was done, what happened, and on what a verdict rests. */
@NullMarked
package io.weir.jepsen.report;

import org.jspecify.annotations.NullMarked;
