package io.weir.jepsen.checker;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.jepsen.history.Header;
import io.weir.jepsen.history.HistoryFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Small histories in files: each good one is of a serial store, each broken one is the same with one change. And two of runs, as
 * docs/reliability.md names them.
 */
class SampleHistoriesTest {
    private static final Path DIRECTORY = Path.of("src/test/resources/io/weir/jepsen/checker");
    private static final long SEED = 4;

    private static final Map<String, AnomalyKind> BROKEN = Map.of(
            "list-append-broken.edn", AnomalyKind.G_SINGLE,
            "set-broken.ndjson.gz", AnomalyKind.LOST);

    /** After a change: {@code -Dhistory.write=true} writes the files anew. */
    @Test
    void theFilesAreWhatTheirSeedGives() throws IOException {
        HistoryFile listAppend = new HistoryFile(Header.UNKNOWN, Histories.random(SEED));
        HistoryFile set = Interleaving.of(SEED, new ReplicatedStore(SEED, true, false), 120, 5, 1);
        Map<String, HistoryFile> files = Map.of(
                "list-append.edn",
                listAppend,
                "list-append-broken.edn",
                new HistoryFile(
                        Header.UNKNOWN,
                        Mutation.READ_HALF_OF_A_TRANSACTION
                                .apply(listAppend.history(), new Random(SEED))
                                .orElseThrow()),
                "set.ndjson.gz",
                set,
                "set-broken.ndjson.gz",
                SetMutation.CUT_OFF_ONE_NODE.apply(set, new Random(SEED)).orElseThrow());
        for (Map.Entry<String, HistoryFile> file : files.entrySet()) {
            Path path = DIRECTORY.resolve(file.getKey());
            if (Boolean.getBoolean("history.write")) {
                Files.createDirectories(DIRECTORY);
                file.getValue().write(path);
            }
            assertThat(HistoryFile.read(path)).as(file.getKey()).isEqualTo(file.getValue());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"list-append.edn", "list-append-broken.edn", "set.ndjson.gz", "set-broken.ndjson.gz"})
    void areJudged(String name) throws IOException {
        HistoryFile file = HistoryFile.read(DIRECTORY.resolve(name));
        Verdict verdict = Judgement.of(file, null, 0).verdict();
        AnomalyKind kind = BROKEN.get(name);
        if (kind == null) {
            assertThat(verdict.isValid()).as(verdict.report()).isTrue();
        } else {
            assertThat(verdict.kinds()).as(verdict.report()).containsAll(List.of(kind));
        }
    }

    /** Ten minutes under the full mixture of faults each, with thousands of operations that came to nothing or are in doubt. */
    @ParameterizedTest
    @CsvSource({"run-list-append.ndjson.gz, 14246, 794, 288", "run-bank.ndjson.gz, 20848, 6467, 127"})
    void runsUnderTheFullMixtureAreSound(String name, long ok, long failed, long inDoubt) throws IOException {
        HistoryFile file = HistoryFile.read(DIRECTORY.resolve(name));
        Judgement judgement = Judgement.of(file, null, 10);
        assertThat(judgement.verdict().status())
                .as(judgement.verdict().report())
                .isEqualTo(Verdict.Status.VALID);
        assertThat(judgement.rates().all())
                .extracting(Rates.Counts::ok, Rates.Counts::fail, Rates.Counts::info)
                .containsExactly(ok, failed, inDoubt);
        assertThat(judgement.rates().seconds()).isGreaterThan(600);
    }
}
