package io.weir.peers;

/**
 * What was measured, and what it promises: figures of different promises are not comparable.
 *
 * @param name as in the other tables
 * @param versions what ran
 * @param promise what an acknowledgement means
 */
record PeerFacts(String name, String versions, String promise) {}
