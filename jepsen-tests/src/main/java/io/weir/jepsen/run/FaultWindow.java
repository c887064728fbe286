package io.weir.jepsen.run;

/**
 * When a fault lasted.
 *
 * @param nemesis name of its kind
 * @param description what was hurt, and how much
 * @param beganNs since the run began
 * @param healedNs since the run began
 */
public record FaultWindow(String nemesis, String description, long beganNs, long healedNs) {}
