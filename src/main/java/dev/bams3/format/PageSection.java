package dev.bams3.format;

import java.util.ArrayList;
import java.util.List;

/** The list of pages. */
final class PageSection {
    private static final String MAGIC = "B3PG";
    private static final int MIN_BYTES = 8 + StretchColumns.MIN_BYTES;

    private PageSection() {}

    /** @param pages one or more, in file order */
    static byte[] encode(List<PageEntry> pages) {
        ByteSink body = new ByteSink(pages.size() * 26);
        long end = ObjectHead.LENGTH;
        for (PageEntry page : pages) {
            body.varint(page.section().offset() - end);
            end = page.section().end();
        }
        pages.forEach(page -> body.varint(page.section().length()));
        pages.forEach(page -> body.varint(page.blocks()));
        pages.forEach(page -> body.varint(page.rawBytes()));
        StretchColumns.encode(pages, body);
        pages.forEach(page -> body.int32(page.section().crc32c()));
        return IndexSection.encode(MAGIC, pages.size(), body);
    }

    static StretchList<PageEntry> decode(String object, byte[] bytes, long position) {
        IndexSection.Body body = IndexSection.decode(object, bytes, position, MAGIC, MIN_BYTES);
        ByteCursor columns = body.columns();
        long[] gaps = body.longs("page offset", Long.MAX_VALUE >>> 2);
        int[] lengths = body.ints("page length", 1, Integer.MAX_VALUE - 16);
        int[] blocks = body.ints("page blocks", 1, Integer.MAX_VALUE);
        long[] rawBytes = body.longs("page raw bytes", Bams3Format.MAX_COUNT);
        StretchColumns stretches = new StretchColumns(body, "page");
        List<PageEntry> pages = new ArrayList<>(body.count());
        long end = ObjectHead.LENGTH;
        for (int i = 0; i < body.count(); i++) {
            long offset = end + gaps[i];
            if (offset < 0 || offset > Long.MAX_VALUE >>> 1) {
                throw columns.corrupt("page " + i, "offset " + offset);
            }
            StoredRange section = new StoredRange(offset, lengths[i], columns.int32("page checksum"));
            end = section.end();
            pages.add(new PageEntry(
                    section,
                    blocks[i],
                    rawBytes[i],
                    stretches.firstReference[i],
                    stretches.firstStart[i],
                    stretches.lastReference[i],
                    stretches.lastStart[i],
                    stretches.endMax[i]));
        }
        columns.expectEnd("section");
        return new StretchList<>(pages);
    }
}
