package io.weir.logstore.pages;

import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.layout.Table;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a verification found.
 *
 * @param complete whether everything was checked; false if time was up or it was stopped, and if there is damage
 * @param pagesChecked pages that were read, those read twice counted twice
 * @param rows rows of each table that was checked to its end; {@code meta} is not counted
 * @param lostPages pages up to the last one that are neither in use nor free: wasted, not wrong; 0 unless complete
 * @param identity whose data it is, null if the walk did not come to it
 * @param state the running values in the file, null if the walk did not come to them
 * @param damage the first that was met, or null
 */
public record Verification(
        boolean complete,
        long pagesChecked,
        Map<Table, Long> rows,
        long lostPages,
        @Nullable StoreIdentity identity,
        @Nullable PartitionState state,
        @Nullable Damage damage) {

    /** Of a store that does not exist yet. */
    static final Verification NOTHING = new Verification(true, 0, Map.of(), 0, null, null, null);

    /** Whether nothing wrong was found: nothing at all if it is also complete. */
    public boolean isSound() {
        return damage == null;
    }
}
