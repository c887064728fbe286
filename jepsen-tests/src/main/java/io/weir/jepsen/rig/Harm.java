package io.weir.jepsen.rig;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** What happens to files on bad disks, in bad hands, and in tests. */
public enum Harm {
    /** Bits change: a few bytes get other values. */
    FLIP {
        @Override
        public void to(Path file, Random random) throws IOException {
            try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
                long used = usedBytes(bytes);
                for (int i = 0; i < Math.min(FLIPS, used); i++) {
                    long offset = written(bytes, used, random);
                    bytes.seek(offset);
                    int value = bytes.read();
                    bytes.seek(offset);
                    bytes.write(value ^ (1 << random.nextInt(8)));
                }
            }
        }
    },

    /** A page comes back as zeros. */
    ZERO_PAGE {
        @Override
        public void to(Path file, Random random) throws IOException {
            try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
                long used = usedBytes(bytes);
                long page = written(bytes, used, random) / PAGE_BYTES;
                int length = (int) Math.min(PAGE_BYTES, bytes.length() - page * PAGE_BYTES);
                bytes.seek(page * PAGE_BYTES);
                bytes.write(new byte[length]);
            }
        }
    },

    /** The second half of what was written is gone. */
    TRUNCATE {
        @Override
        public void to(Path file, Random random) throws IOException {
            try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
                bytes.setLength(usedBytes(bytes) / 2);
            }
        }
    },

    /** The file is gone. */
    DELETE {
        @Override
        public void to(Path file, Random random) throws IOException {
            Files.delete(file);
        }
    };

    /** As many as make it near certain that one hits something that is in use. */
    private static final int FLIPS = 32;

    private static final int PAGE_BYTES = 4_096;

    /**
     * Does it.
     *
     * @param file which nobody has open
     * @param random of which bytes
     * @throws IOException also if there is nothing in it that could be harmed
     */
    public abstract void to(Path file, Random random) throws IOException;

    /** Whether a file has anything but zeros, so that bits can change in it. */
    public static boolean hasContents(Path file) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "r")) {
            return usedBytes(bytes) > 0;
        }
    }

    /** Any of the bytes that are not zero: most zeros of a file are gaps between what was written. */
    private static long written(RandomAccessFile file, long used, Random random) throws IOException {
        while (used > 0) {
            long offset = random.nextLong(used);
            file.seek(offset);
            if (file.read() != 0) {
                return offset;
            }
        }
        throw new IOException("a file without contents cannot be damaged");
    }

    /** Up to the last byte that is not zero: Ratis' files end with zeros in which nothing has been written yet. */
    static long usedBytes(RandomAccessFile file) throws IOException {
        byte[] page = new byte[PAGE_BYTES];
        for (long end = file.length(); end > 0; end -= Math.min(end, PAGE_BYTES)) {
            int length = (int) Math.min(end, PAGE_BYTES);
            file.seek(end - length);
            file.readFully(page, 0, length);
            for (int i = length - 1; i >= 0; i--) {
                if (page[i] != 0) {
                    return end - length + i + 1;
                }
            }
        }
        return 0;
    }
}
