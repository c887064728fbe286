package io.weir.logstore.layout;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Meta pages as LMDB writes them, for tests. */
final class MetaPages {
    private MetaPages() {}

    /** Two pages, each with its transaction and last page. */
    static byte[] of(int pageBytes, long transaction0, long lastPage0, long transaction1, long lastPage1) {
        byte[] pages = new byte[2 * pageBytes];
        put(pages, pageBytes, 0, transaction0, lastPage0);
        put(pages, pageBytes, 1, transaction1, lastPage1);
        return pages;
    }

    private static void put(byte[] pages, int pageBytes, int number, long transaction, long lastPage) {
        int at = number * pageBytes;
        ByteBuffer.wrap(pages)
                .order(ByteOrder.nativeOrder())
                .putLong(at, number)
                .putShort(at + 10, (short) 8)
                .putInt(at + 16, 0xBEEFC0DE)
                .putInt(at + 20, 1)
                .putLong(at + 32, 1 << 20)
                .putInt(at + 40, pageBytes)
                .putLong(at + 136, lastPage)
                .putLong(at + 144, transaction);
    }
}
