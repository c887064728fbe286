package io.weir.logstore.lmdb;

import io.weir.logstore.StoreException;
import io.weir.logstore.layout.CheckpointLayout;
import io.weir.logstore.support.FaultPoint;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The step before every open, after a clean close and after a power cut alike: takes an environment back to its last
 * checkpoint. What the disk has of later commits is whatever the cut left; the checkpoint's own pages are whole, so its meta
 * pages written back make a whole environment.
 */
final class Restore {
    private Restore() {}

    /**
     * Checks what can be checked without LMDB, which would end the JVM over a file that is too short, and writes the saved
     * meta pages back.
     *
     * @throws StoreException.Corrupted if checkpoint or data file are missing or damaged; nothing was changed
     * @throws StoreException.Failed if the disk refused; it may be tried again
     */
    static CheckpointLayout.Saved restore(EnvDirectory directory) {
        CheckpointLayout.Saved saved = directory.readCheckpoint();
        Path file = directory.dataFile();
        try (FileChannel data = FileChannel.open(file, StandardOpenOption.WRITE)) {
            if (data.size() < saved.fileBytes()) {
                throw new StoreException.Corrupted(file + ": it has " + data.size() + " bytes, fewer than the "
                        + saved.fileBytes() + " that it had at its checkpoint");
            }
            ByteBuffer metas = ByteBuffer.wrap(saved.metas().bytes());
            while (metas.hasRemaining()) {
                data.write(metas, metas.position());
            }
            data.force(true);
            directory.finish();
        } catch (NoSuchFileException e) {
            throw new StoreException.Corrupted(file + ": it is missing");
        } catch (IOException e) {
            throw new StoreException.Failed("cannot restore " + file + ": " + e, e);
        }
        FaultPoint.pass("open.metas-restored");
        return saved;
    }
}
