package io.weir.benchmarks;

/** Figures, with what it takes to understand them: the command that finds them again, and where it ran. */
public interface Measured {
    /** The command with all of its options, which does the same again. */
    String command();

    /** Where it ran. */
    Machine machine();
}
