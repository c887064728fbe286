package io.weir.logstore.pages;

import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreException;
import io.weir.logstore.layout.CheckpointLayout;
import io.weir.logstore.lmdb.EnvDirectory;
import java.nio.file.Path;

/**
 * The question whether a store's directory may be opened, asked before LMDB sees it: LMDB ends the JVM over a zeroed page.
 * Reads {@code CURRENT}, the checkpoint and the data file, from the checkpoint's metas, and changes nothing.
 *
 * <p>Not for a store that is open, see {@link BackgroundVerification}. Any thread.
 */
public final class StoreCheck {
    private StoreCheck() {}

    /**
     * Checks what can be checked in a time. A directory without a store is sound.
     *
     * @param store the store's directory
     * @param budgetMs how long it may take, in milliseconds
     * @throws StoreException.Corrupted if something is damaged; the message names the file, and the page, table and key
     * @throws StoreException.Incompatible if another version of Weir or LMDB wrote it
     * @throws StoreException.Failed if something cannot be read
     */
    public static Verification beforeOpen(Path store, long budgetMs) {
        return check(store, Effort.within(budgetMs));
    }

    /**
     * As {@link #beforeOpen}, but everything, unless the effort says otherwise.
     *
     * @return complete, unless it was ended
     */
    public static Verification full(Path store, Effort effort) {
        return check(store, effort);
    }

    private static Verification check(Path store, Effort effort) {
        EnvDirectory environment = EnvDirectory.current(store);
        if (environment == null) {
            return Verification.NOTHING;
        }
        CheckpointLayout.Saved saved = environment.readCheckpoint();
        Verification found =
                PageVerifier.ofCheckpoint(environment.dataFile(), saved).verify(effort);
        Damage damage = found.damage();
        if (damage != null) {
            throw new StoreException.Corrupted(environment.dataFile() + ": " + damage);
        }
        PartitionState state = found.state();
        if (state != null && !state.equals(saved.state())) {
            throw new StoreException.Corrupted(
                    environment.dataFile() + ": it has " + state + ", its checkpoint " + saved.state());
        }
        return found;
    }
}
