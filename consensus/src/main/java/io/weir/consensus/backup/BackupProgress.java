package io.weir.consensus.backup;

/** Is told how far a backup, its verification or its restoration is; often, on the thread that works. */
@FunctionalInterface
public interface BackupProgress {
    /**
     * One more chunk.
     *
     * @param partition which is being worked on
     * @param rows rows of all partitions so far
     * @param bytes bytes of all partitions so far
     */
    void at(int partition, long rows, long bytes);
}
