package io.weir.logstore.lmdb;

import static io.weir.logstore.StoreFixtures.IDENTITY;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.logstore.LogStore;
import io.weir.logstore.ReadView;
import io.weir.logstore.StoreDump;
import io.weir.logstore.copy.Copies;
import io.weir.logstore.support.FaultPoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Death in the middle of an install: the next open finds the old store or the copy, whole, and can go on from there. */
class InstallCrashIT {
    private static final long OLD = 21;
    private static final long NEW = 22;

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "install.received, 21",
        "install.checkpointed, 21",
        "current.tmp-written, 21",
        "current.renamed, 22",
        "install.current-moved, 22",
        "install.opened, 22"
    })
    void leavesOneOfBoth(String point, long expected) throws IOException, InterruptedException {
        install(OLD);
        List<String> flags = new ArrayList<>(ChildJvm.FLAGS);
        flags.add("-Dweir.fault=" + point);
        Process child = ChildJvm.start(InstallCrash.class, flags, directory.toString(), String.valueOf(NEW));
        String output = new String(child.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertThat(child.waitFor()).as(output).isEqualTo(FaultPoint.EXIT_CODE);
        assertThat(found()).isEqualTo(rows(expected));
        install(NEW);
        assertThat(found()).isEqualTo(rows(NEW));
    }

    private void install(long history) {
        InstallCrash.main(new String[] {directory.toString(), String.valueOf(history)});
    }

    private List<String> found() {
        try (LogStore store = LmdbLogStore.open(directory, IDENTITY, InstallCrash.SETTINGS);
                ReadView view = store.openRead()) {
            return StoreDump.rows(view);
        }
    }

    private static List<String> rows(long history) {
        try (LogStore other = Copies.history(history);
                ReadView view = other.openRead()) {
            return StoreDump.rows(view);
        }
    }
}
