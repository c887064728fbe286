/**
 * What a command does, and nothing else: a deterministic function from a partition's state and a log entry to effects and
 * outcomes. No clock, no randomness, no I/O, no threads, and no iteration whose order is not defined: a replica that did
 * otherwise would drift away from its peers without a word.
 */
@NullMarked
package io.weir.statemachine;

import org.jspecify.annotations.NullMarked;
