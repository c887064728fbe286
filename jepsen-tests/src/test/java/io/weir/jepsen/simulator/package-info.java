/**
 * A simulator of transactions over several partitions: the drivers, the care for what was left, the parking of what meets a
 * lock, the reads and the state machine of production, in one thread, in virtual time, out of one seed. Only what lies between
 * them is simulated: logs, networks, clocks, crashes, clients.
 *
 * <p>A partition is one queue of log entries. What is proposed is applied and answered; or applied, and the answer lost; or
 * applied after everybody has given up; or never; or twice. After each entry the state in the store is held against the rules
 * of {@code docs/internals/transactions.md}; each answer against what was answered before; and in the end all that clients saw
 * against strict serializability.
 */
@NullMarked
package io.weir.jepsen.simulator;

import org.jspecify.annotations.NullMarked;
