package io.weir.consensus.repair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
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
        assertThat(incarnations.heard("n2", first, Origin.NONE, false)).isEqualTo(first);
        assertThat(incarnations.heard("n2", wiped, Origin.NONE, false)).isEqualTo(first);
        assertThat(incarnations.heard("n2", wiped, Origin.NONE, true)).isEqualTo(first); // not later
        assertThat(incarnations.heard("n2", later, Origin.NONE, false)).isEqualTo(first); // still joining
        assertThat(incarnations.heard("n2", later, Origin.NONE, true)).isEqualTo(later);
        assertThat(incarnations.heard("n2", first, Origin.NONE, true)).isEqualTo(later); // an old disk put back
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
        incarnations.unsettle(before, Origin.NONE);
        assertThat(incarnations.self().generation()).isEqualTo(3);
        assertThat(incarnations.isSettled()).isFalse();
        assertThat(Incarnations.open(directory, false).self()).isEqualTo(incarnations.self());
    }

    @Test
    void anOnlyMemberIsSettledFromTheBeginning() throws IOException {
        assertThat(Incarnations.open(directory, true).isSettled()).isTrue();
    }

    @Test
    void aRestoredDirectoryKnowsItsOriginAndNotesNobodyOfAnotherOne() throws IOException {
        Origin origin = new Origin(UUID.fromString("9b0c0c7e-0000-4000-8000-000000000001"));
        Incarnations.restored(directory, origin, false);
        Incarnations incarnations = Incarnations.open(directory, false);
        assertThat(incarnations.isSettled()).isFalse();
        assertThat(incarnations.origin()).isEqualTo(origin);
        Incarnation stranger = Incarnation.first();
        assertThat(incarnations.heard("n2", stranger, Origin.NONE, false)).isEqualTo(stranger);
        assertThat(incarnations.known("n2")).isNull();
        Incarnation restored = Incarnation.first();
        assertThat(incarnations.heard("n2", restored, origin, false)).isEqualTo(restored);
        assertThat(incarnations.heard("n2", stranger, Origin.NONE, true)).isEqualTo(restored);
        incarnations.settle();
        Incarnations again = Incarnations.open(directory, false);
        assertThat(again.origin()).isEqualTo(origin);
        assertThat(again.known("n2")).isEqualTo(restored);
        again.unsettle(restored, Origin.NONE);
        assertThat(Incarnations.open(directory, false).origin()).isEqualTo(Origin.NONE);
        Incarnations.restored(directory, origin, true);
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
