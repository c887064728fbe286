/**
 * The specification of transactions across partitions, as a model that can be explored state by state. It knows nothing of
 * Weir: {@code docs/internals/transactions.md} says what it says in words, and production code has to do the same.
 *
 * <p>A state is one {@code long}; {@link io.weir.jepsen.model.Layout} names its bits. Every step is a function from a state to
 * the next, and gives back the same state if it is not possible or changes nothing. {@link io.weir.jepsen.model.Participant},
 * {@link io.weir.jepsen.model.Home} and {@link io.weir.jepsen.model.Reader} hold the steps,
 * {@link io.weir.jepsen.model.Judge} the invariants.
 *
 * <p>What is not there, and why nothing is hidden by that:
 *
 * <ul>
 *   <li><em>Messages.</em> A command that was once possible to propose may be applied at any later time, any number of times;
 *       an answer that was once given may be used at any later time. So late, repeated and reordered messages, proposals that
 *       outlive every timeout, and any number of drivers are in; a lost message and a dead driver are steps that are not taken.
 *   <li><em>Timers, and who proposes what.</em> {@code Decide(ABORT)} may be proposed by anyone at any time. So whatever a
 *       driver, a recovery, a client's question for the status or a rule against deadlock has as its reason to abort is in.
 *   <li><em>The client.</em> It is told the outcome at once when home has stored it. Nothing in the protocol depends on when it
 *       is told, and the earlier it is, the more every later read must see.
 *   <li><em>Time of reading.</em> A read begins with its first snapshot. To begin earlier would only mean that fewer
 *       acknowledged transactions must be seen.
 * </ul>
 */
@NullMarked
package io.weir.jepsen.model;

import org.jspecify.annotations.NullMarked;
