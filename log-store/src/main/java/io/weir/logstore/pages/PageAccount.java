package io.weir.logstore.pages;

/** Which pages a walk has come by: none may be reached twice, or be free as well. One bit for each page of the file. */
final class PageAccount {
    private final Pages pages;
    private final long[] taken;
    private long count;

    PageAccount(Pages pages) {
        this.pages = pages;
        this.taken = new long[(int) (pages.filePages() / Long.SIZE) + 1];
    }

    /** Takes pages of a tree. */
    void take(long first, long number, String owner) {
        pages.checkInside(first, number, owner);
        mark(first, first + number, owner);
    }

    /** Takes a free page; it need not be in the file. */
    void takeFree(long page, long holder, String owner) {
        if (page < PageLayout.METAS || page > pages.lastPage()) {
            throw new DamageException(
                    holder, owner, null, "lists page " + Long.toUnsignedString(page) + ", which is out of bounds");
        }
        mark(page, page + 1, owner);
    }

    private void mark(long first, long end, String owner) {
        for (long page = first; page < end; page++) {
            if (page < pages.filePages()) {
                int word = (int) (page / Long.SIZE);
                if ((taken[word] & (1L << page)) != 0) {
                    throw new DamageException(page, owner, null, "is in use twice, or in use and free");
                }
                taken[word] |= 1L << page;
            }
            count++;
        }
    }

    /** Pages in use or free. */
    long count() {
        return count;
    }
}
