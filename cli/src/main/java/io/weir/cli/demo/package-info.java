/**
 * {@code weir demo}: a real history in, three processes, leaders killed on the way, and an independent judge at
 * the end.
 * Begin at {@link io.weir.cli.demo.DemoRun}.
 */
@NullMarked
package io.weir.cli.demo;

import org.jspecify.annotations.NullMarked;
