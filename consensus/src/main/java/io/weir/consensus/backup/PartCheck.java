package io.weir.consensus.backup;

/**
 * What a verification found in the file of one partition.
 *
 * @param part what the file should hold
 * @param damage what is wrong with it; empty if it is sound
 */
public record PartCheck(BackupPart part, String damage) {
    public boolean isSound() {
        return damage.isEmpty();
    }
}
