package io.weir.logstore.memory;

import io.weir.logstore.EventHeader;
import io.weir.logstore.StreamKey;

/** One event with its bytes. */
record MemoryEvent(StreamKey stream, long revision, long position, long stampMs, byte[] bytes) implements EventHeader {}
