package io.weir.logstore;

/**
 * What is kept of a session beside its answers.
 *
 * @param lowWaterMark answers at or below this sequence are gone
 * @param lastUseMs log time of its last command
 * @param answers how many answers are kept
 */
public record SessionRow(long lowWaterMark, long lastUseMs, int answers) {}
