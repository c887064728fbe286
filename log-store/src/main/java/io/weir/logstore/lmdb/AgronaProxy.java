package io.weir.logstore.lmdb;

import java.util.Comparator;
import jnr.ffi.Pointer;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;
import org.lmdbjava.BufferProxy;

/**
 * Passes keys and values between LMDB and Agrona's buffers by address. lmdbjava's own proxies use {@code sun.misc.Unsafe},
 * which newer JDKs warn about and will refuse; this one needs only the flag that Agrona needs anyway.
 *
 * <p>A buffer that LMDB filled points into the map: it is valid until the next move of its cursor, the next write of its
 * transaction, or the transaction's end. Agrona's bounds checks do not notice.
 */
final class AgronaProxy extends BufferProxy<UnsafeBuffer> {
    private static final Comparator<UnsafeBuffer> BYTES_UNSIGNED = AgronaProxy::compareBytes;

    @Override
    protected UnsafeBuffer allocate() {
        return new UnsafeBuffer(0, 0);
    }

    @Override
    protected void deallocate(UnsafeBuffer buffer) {
        // It may still point into the map; a later use must fail rather than read what is there by then.
        buffer.wrap(0, 0);
    }

    @Override
    protected byte[] getBytes(UnsafeBuffer buffer) {
        byte[] bytes = new byte[buffer.capacity()];
        buffer.getBytes(0, bytes);
        return bytes;
    }

    /** LMDB's order: bytes, unsigned, the shorter first. */
    @Override
    protected Comparator<UnsafeBuffer> getSignedComparator() {
        return BYTES_UNSIGNED;
    }

    @Override
    protected Comparator<UnsafeBuffer> getUnsignedComparator() {
        return BYTES_UNSIGNED;
    }

    @Override
    protected @Nullable Pointer in(UnsafeBuffer buffer, Pointer target) {
        return in(buffer, buffer.capacity(), target);
    }

    @Override
    protected @Nullable Pointer in(UnsafeBuffer buffer, int size, Pointer target) {
        long address = target.address();
        UnsafeApi.putLong(address + STRUCT_FIELD_OFFSET_DATA, buffer.addressOffset());
        UnsafeApi.putLong(address + STRUCT_FIELD_OFFSET_SIZE, size);
        return null;
    }

    @Override
    protected UnsafeBuffer out(UnsafeBuffer buffer, Pointer source) {
        long address = source.address();
        long size = UnsafeApi.getLong(address + STRUCT_FIELD_OFFSET_SIZE);
        buffer.wrap(UnsafeApi.getLong(address + STRUCT_FIELD_OFFSET_DATA), Math.toIntExact(size));
        return buffer;
    }

    private static int compareBytes(UnsafeBuffer left, UnsafeBuffer right) {
        int common = Math.min(left.capacity(), right.capacity());
        for (int i = 0; i < common; i++) {
            int order = Byte.compareUnsigned(left.getByte(i), right.getByte(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(left.capacity(), right.capacity());
    }
}
