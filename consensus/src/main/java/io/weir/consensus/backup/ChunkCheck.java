package io.weir.consensus.backup;

import io.weir.logstore.DigestMark;
import io.weir.logstore.PartitionState;
import io.weir.logstore.StoreException;
import io.weir.logstore.StoreIdentity;
import io.weir.logstore.TableDigests;
import io.weir.logstore.copy.CopyReader;
import io.weir.logstore.copy.CopyTarget;
import io.weir.logstore.layout.Table;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.agrona.DirectBuffer;
import org.jspecify.annotations.Nullable;

/** Looks at every chunk of one partition on its way into a file or out of one. One use, one thread. */
final class ChunkCheck {
    private final StoreIdentity identity;
    private final BackupProgress progress;
    private final long rowsBefore;
    private final long bytesBefore;
    private final MessageDigest sha256 = sha256();
    private final Found found = new Found();
    private final CopyReader reader = new CopyReader(found);

    /**
     * @param identity whose rows they must be
     * @param rowsBefore rows of other partitions, for the progress
     * @param bytesBefore bytes of other partitions
     */
    ChunkCheck(StoreIdentity identity, BackupProgress progress, long rowsBefore, long bytesBefore) {
        this.identity = identity;
        this.progress = progress;
        this.rowsBefore = rowsBefore;
        this.bytesBefore = bytesBefore;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /**
     * Takes the next chunk; the buffer's position stays.
     *
     * @throws StoreException.Corrupted if it is not the next chunk of a sound copy of this partition
     * @throws StoreException.Incompatible if it has another version
     */
    void accept(ByteBuffer chunk) {
        reader.accept(chunk);
        sha256.update(chunk.duplicate());
        progress.at(identity.partition(), rowsAfter(), bytesAfter());
    }

    /**
     * What came, after the last chunk.
     *
     * @throws StoreException.Corrupted if the last one has not come
     */
    BackupPart part() {
        PartitionState state = found.state;
        if (!reader.isComplete() || state == null) {
            throw new StoreException.Corrupted("the copy has no end");
        }
        return new BackupPart(
                identity.partition(), reader.bytes(), HexFormat.of().formatHex(sha256.digest()), state);
    }

    long rowsAfter() {
        return rowsBefore + reader.rows();
    }

    long bytesAfter() {
        return bytesBefore + reader.bytes();
    }

    private final class Found implements CopyTarget {
        private @Nullable PartitionState state;

        @Override
        public void begin(StoreIdentity of, PartitionState began, DigestMark mark) {
            if (!of.equals(identity)) {
                throw new StoreException.Corrupted("it is of partition " + of.partition() + " of cluster "
                        + of.clusterId() + ", not of partition " + identity.partition() + " of cluster "
                        + identity.clusterId());
            }
            state = began;
        }

        @Override
        public void row(Table table, DirectBuffer key, DirectBuffer value) {}

        @Override
        public void end(TableDigests digests) {}
    }
}
