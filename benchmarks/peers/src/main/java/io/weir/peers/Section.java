package io.weir.peers;

import java.util.List;

/**
 * What came of one contest.
 *
 * @param contest its name
 * @param description what was done, for people
 * @param figures of the peers that were measured
 */
record Section(String contest, String description, List<Figures> figures) {}
