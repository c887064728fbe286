package io.weir.logstore.lmdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.logstore.StoreException;
import java.lang.reflect.Constructor;
import java.nio.file.Path;
import java.util.Locale;
import jnr.constants.platform.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lmdbjava.Dbi;
import org.lmdbjava.Env;
import org.lmdbjava.LmdbNativeException;
import org.lmdbjava.Txn;

/** What each native error means to a caller. */
class LmdbErrorsTest {
    private static final Path DIRECTORY = Path.of("some", "store");

    private static RuntimeException errno(Errno errno) throws ReflectiveOperationException {
        return create(LmdbNativeException.ConstantDerivedException.class, errno.intValue(), errno.name());
    }

    private static RuntimeException create(Class<? extends RuntimeException> type, Object... arguments)
            throws ReflectiveOperationException {
        Constructor<?> constructor = type.getDeclaredConstructors()[0];
        constructor.setAccessible(true);
        return (RuntimeException) constructor.newInstance(arguments);
    }

    private static RuntimeException map(RuntimeException e) {
        RuntimeException mapped = LmdbErrors.map(DIRECTORY, e);
        assertThat(mapped).hasMessageContaining(DIRECTORY.toString()).hasCause(e);
        return mapped;
    }

    @Test
    void aFullMapIsFullAndALargerOneHelps() throws ReflectiveOperationException {
        RuntimeException mapped = map(create(Env.MapFullException.class));
        assertThat(mapped)
                .isInstanceOfSatisfying(
                        StoreException.Full.class,
                        full -> assertThat(full.isMap()).isTrue());
    }

    @ParameterizedTest
    @EnumSource(
            value = Errno.class,
            names = {"ENOSPC", "EDQUOT", "EFBIG"})
    void aFullDiskIsFullAndALargerMapDoesNotHelp(Errno errno) throws ReflectiveOperationException {
        RuntimeException mapped = map(errno(errno));
        assertThat(mapped)
                .isInstanceOfSatisfying(
                        StoreException.Full.class,
                        full -> assertThat(full.isMap()).isFalse());
    }

    @Test
    void aBatchOfTooManyPagesIsFull() throws ReflectiveOperationException {
        assertThat(map(create(Txn.TxFullException.class))).isInstanceOf(StoreException.Full.class);
    }

    @Test
    void aCommitThatFailsOnADiskWithRoomIsFailed(@TempDir Path directory) throws ReflectiveOperationException {
        assertThat(directory.toFile().getUsableSpace()).isGreaterThan(32 << 20);
        assertThat(LmdbErrors.mapCommit(directory, errno(Errno.EIO))).isInstanceOf(StoreException.Failed.class);
        assertThat(LmdbErrors.mapCommit(directory.resolve("gone"), errno(Errno.EIO)))
                .isInstanceOf(StoreException.Failed.class);
    }

    @ParameterizedTest
    @EnumSource(
            value = Errno.class,
            names = {"EIO", "EINVAL", "EACCES", "ENOMEM"})
    void whatTheSystemRefusedIsFailed(Errno errno) throws ReflectiveOperationException {
        assertThat(map(errno(errno)))
                .isInstanceOf(StoreException.Failed.class)
                .hasMessageContaining(errno.name().toUpperCase(Locale.ROOT));
    }

    @Test
    void damagedPagesAreCorrupted() throws ReflectiveOperationException {
        assertThat(map(create(LmdbNativeException.PageCorruptedException.class)))
                .isInstanceOf(StoreException.Corrupted.class);
        assertThat(map(create(LmdbNativeException.PageNotFoundException.class)))
                .isInstanceOf(StoreException.Corrupted.class);
        assertThat(map(create(Env.FileInvalidException.class))).isInstanceOf(StoreException.Corrupted.class);
    }

    @Test
    void theRestIsFailed() throws ReflectiveOperationException {
        assertThat(map(create(Dbi.BadDbiException.class))).isInstanceOf(StoreException.Failed.class);
        assertThat(map(new IllegalArgumentException("Unknown result code 9999")))
                .isInstanceOf(StoreException.Failed.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a visitor's own", ""})
    void whatIsNotOfLmdbStaysAsItIs(String message) {
        for (RuntimeException e : new RuntimeException[] {
            new IllegalArgumentException(message),
            new IllegalStateException(message),
            new IllegalArgumentException(),
            new StoreException.Corrupted(message)
        }) {
            assertThat(LmdbErrors.map(DIRECTORY, e)).isSameAs(e);
        }
    }
}
