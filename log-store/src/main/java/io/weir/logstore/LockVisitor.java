package io.weir.logstore;

/** Visits locks. */
@FunctionalInterface
public interface LockVisitor {
    /** @return whether to go on */
    boolean onLock(Lock lock);
}
