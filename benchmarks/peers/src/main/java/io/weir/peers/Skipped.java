package io.weir.peers;

/**
 * A peer that should have been measured and was not.
 *
 * @param contest in which
 * @param reason why not
 * @param nextStep what would change that
 * @param absent whether it is not installed, which is no failure
 */
record Skipped(String peer, String contest, String reason, String nextStep, boolean absent) {}
