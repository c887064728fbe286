package io.weir.consensus.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IncarnationsTest {
    @TempDir
    Path directory;

    @Test
    void whatIsNotedSurvivesAndOnlyALaterSettledIncarnationReplacesAnother() throws IOException {
        Incarnations incarnations = Incarnations.open(directory, false);
        assertThat(incarnations.isSettled()).isFalse();
        Incarnation first = Incarnation.first();
        Incarnation wiped = Incarnation.first();
        Incarnation later = wiped.after(first);
        assertThat(incarnations.heard("n2", first, false)).isEqualTo(first);
        assertThat(incarnations.heard("n2", wiped, false)).isEqualTo(first);
        assertThat(incarnations.heard("n2", wiped, true)).isEqualTo(first); // not later
        assertThat(incarnations.heard("n2", later, false)).isEqualTo(first); // still joining
        assertThat(incarnations.heard("n2", later, true)).isEqualTo(later);
        assertThat(incarnations.heard("n2", first, true)).isEqualTo(later); // an old disk put back
        incarnations.settle();

        Incarnations again = Incarnations.open(directory, false);
        assertThat(again.self()).isEqualTo(incarnations.self());
        assertThat(again.isSettled()).isTrue();
        assertThat(again.known("n2")).isEqualTo(later);
        assertThat(again.known("n3")).isNull();
    }

    @Test
    void whoHasBeenSomebodyElseBecomesALaterOneAndIsNotSettled() throws IOException {
        Incarnations incarnations = Incarnations.open(directory, false);
        incarnations.settle();
        Incarnation before = Incarnation.first().after(Incarnation.first());
        incarnations.unsettle(before);
        assertThat(incarnations.self().generation()).isEqualTo(3);
        assertThat(incarnations.isSettled()).isFalse();
        assertThat(Incarnations.open(directory, false).self()).isEqualTo(incarnations.self());
    }

    @Test
    void anOnlyMemberIsSettledFromTheBeginning() throws IOException {
        assertThat(Incarnations.open(directory, true).isSettled()).isTrue();
    }

    @Test
    void aDamagedFileIsRefusedWithAWayOut() throws IOException {
        Incarnations.open(directory, false);
        Path file = directory.resolve(Incarnations.FILE);
        String text = Files.readString(file);
        for (String damaged :
                new String[] {"", text.replace("self=1", "self=x"), "settled=true\n", "nonsense\n" + text}) {
            Files.writeString(file, damaged);
            assertThatThrownBy(() -> Incarnations.open(directory, false))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("damaged")
                    .hasMessageContaining("delete it");
        }
    }
}
