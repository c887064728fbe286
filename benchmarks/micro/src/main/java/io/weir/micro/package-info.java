/** Micro-benchmarks: what the parts cost, each alone. */
@org.jspecify.annotations.NullMarked
package io.weir.micro;
