package io.weir.logstore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.logstore.LogStore;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreFixtures;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user sees who forgot the flag, and who did not. */
class JvmFlagIT {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    /** Opens a store and says how it went. */
    static final class Opener {
        private Opener() {}

        public static void main(String[] arguments) {
            try (LogStore store =
                    LmdbLogStore.open(Path.of(arguments[0]), StoreFixtures.IDENTITY, Settings.defaults())) {
                StoreFixtures.append(store, StoreFixtures.key(1, "a"), 1, "a0");
                System.out.println("events: " + StoreFixtures.partition(store).size());
            } catch (StoreException.Failed e) {
                System.out.println("refused: " + e.getMessage());
            }
        }
    }

    private String run(List<String> flags) throws IOException, InterruptedException {
        Process child = ChildJvm.start(Opener.class, flags, directory.toString());
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor()).as(output).isZero();
        return output;
    }

    @Test
    void theMessageHoldsTheFlagToCopy() throws IOException, InterruptedException {
        assertThat(run(List.of())).startsWith("refused: ").contains(JvmFlags.FLAG);
    }

    @Test
    void withItsFlagsTheStoreRunsWithoutAWarning() throws IOException, InterruptedException {
        assertThat(run(ChildJvm.FLAGS).trim()).isEqualTo("events: 1");
    }
}
