package io.weir.jepsen.rig;

/** What a machine must allow for a fault to be made. */
public enum Tier {
    /** Nothing: processes, the ways between them, and their files. */
    PROCESSES,
    /** Root, and file systems in loop devices: what happens to disks. */
    DISKS,
    /** The library libfaketime: what the wall clock of a process says. */
    CLOCKS
}
