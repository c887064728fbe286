package io.weir.logstore.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.logstore.Digest;
import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** The files beside an environment: what was written is read, and of anything else decoding gives a value or a typed refusal. */
class FileProperties {
    private static final String KIND_OF_CHECKPOINT = "weirchkp";
    private static final String KIND_OF_CURRENT = "weircurr";
    private static final List<Function<byte[], Object>> DECODERS =
            List.of(CurrentLayout::decode, CheckpointLayout::decode, LmdbMetas::of);

    private static CheckpointLayout.Saved saved(Random random) {
        int pageBytes = 512 << random.nextInt(4);
        return new CheckpointLayout.Saved(
                new UUID(random.nextLong(), random.nextLong()),
                random.nextLong(),
                new PartitionState(
                        random.nextLong(),
                        random.nextLong(),
                        random.nextLong() >>> 1,
                        random.nextLong() >>> 1,
                        random.nextLong(),
                        new Digest(random.nextLong(), random.nextLong())),
                LmdbMetas.of(MetaPages.of(pageBytes, random.nextInt(), random.nextInt(), random.nextInt(), 3)));
    }

    @Property(tries = 200)
    void whatWasWrittenIsRead(@ForAll long seed) {
        CheckpointLayout.Saved saved = saved(new Random(seed));
        assertThat(CheckpointLayout.decode(CheckpointLayout.encode(saved))).isEqualTo(saved);
        assertThat(CurrentLayout.decode(CurrentLayout.encode(saved.environment())))
                .isEqualTo(saved.environment());
    }

    @Property(tries = 500)
    void noFlippedBitAndNoOtherLengthPasses(@ForAll long seed) {
        Random random = new Random(seed);
        CheckpointLayout.Saved saved = saved(random);
        boolean checkpoint = random.nextBoolean();
        byte[] file = checkpoint ? CheckpointLayout.encode(saved) : CurrentLayout.encode(saved.environment());
        byte[] damaged = Arrays.copyOf(file, random.nextBoolean() ? random.nextInt(2 * file.length) : file.length);
        if (damaged.length == file.length) {
            damaged[random.nextInt(file.length)] ^= (byte) (1 << random.nextInt(8));
        }
        assertThatThrownBy(() -> (checkpoint ? DECODERS.get(1) : DECODERS.get(0)).apply(damaged))
                .isInstanceOf(StoreException.Corrupted.class);
    }

    /** With a valid header in front, so that the decoder gets past it. */
    @Property(tries = 2_000)
    void anyBytesGiveAValueOrARefusal(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] file = random.nextBoolean()
                ? CheckpointLayout.encode(saved(random))
                : new byte[random.nextInt(random.nextBoolean() ? 64 : 5_000)];
        for (int i = random.nextInt(8); i > 0 && file.length > 0; i--) {
            file[random.nextInt(Math.min(file.length, 200))] = (byte) random.nextInt();
        }
        if (file.length >= FileHeader.BYTES && random.nextInt(4) != 0) {
            FileHeader.seal(random.nextBoolean() ? KIND_OF_CHECKPOINT : KIND_OF_CURRENT, file);
        }
        if (file.length >= FileHeader.BYTES && random.nextInt(8) == 0) {
            ByteBuffer.wrap(file).putInt(8, random.nextInt());
        }
        for (Function<byte[], Object> decoder : DECODERS) {
            decode(decoder, file);
        }
    }

    private static void decode(Function<byte[], Object> decoder, byte[] file) {
        try {
            assertThat(decoder.apply(file)).isNotNull();
        } catch (StoreException.Corrupted | StoreException.Incompatible e) {
            assertThat(e).hasMessageNotContaining("null");
        }
    }
}
