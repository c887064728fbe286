/**
 * Transactions over several partitions, above their logs: who drives them, who finishes what was left, and how a read treats
 * their locks. {@code docs/internals/transactions.md} says why. Nothing here reads a clock, starts a thread or waits: time and
 * partitions are ports, so that a simulator can run all of it with one seed.
 */
@NullMarked
package io.weir.consensus.transaction;

import org.jspecify.annotations.NullMarked;
