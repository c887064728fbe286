package io.weir.jepsen.run;

import io.weir.jepsen.history.History;
import java.util.List;

/**
 * What came of a run.
 *
 * @param history all that clients did and saw
 * @param faults in their order
 * @param recoveryMs from the last healing until all nodes served
 */
public record TrialResult(History history, List<FaultWindow> faults, long recoveryMs) {}
