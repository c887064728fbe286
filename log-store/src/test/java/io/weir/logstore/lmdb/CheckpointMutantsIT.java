package io.weir.logstore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Mistakes that {@link CheckpointSimulation} must notice: without either half of the checkpoint's idea stores are lost. */
class CheckpointMutantsIT {
    /** A mistake may end the JVM, which then leaves nothing behind. */
    private static final List<String> QUIET_DEATH = List.of("-XX:ErrorFile=/dev/null", "-XX:-CreateCoredumpOnCrash");

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    /** How the simulation ends, and what it said. */
    private record End(int code, String output) {}

    private End run(String mutants, int seconds) throws IOException, InterruptedException {
        List<String> flags = new ArrayList<>(ChildJvm.FLAGS);
        flags.addAll(QUIET_DEATH);
        flags.add("-Dweir.mutant=" + mutants);
        Process child =
                ChildJvm.start(CheckpointSimulation.class, flags, directory.toString(), Integer.toString(seconds));
        try {
            String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new End(child.waitFor(), output);
        } finally {
            child.destroyForcibly().waitFor();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-pin-at-open", "metas-after-sync"})
    void aMistakeIsNoticed(String mutant) throws IOException, InterruptedException {
        End end = run(mutant, 30);
        assertThat(end.code()).as(end.output()).isNotZero();
        assertThat(end.output()).doesNotContain("cuts: ");
    }

    @Test
    void withoutAMistakeNothingIsNoticed() throws IOException, InterruptedException {
        assertThat(run("", 0)).matches(end -> end.code() == 0, "ended well");
    }
}
