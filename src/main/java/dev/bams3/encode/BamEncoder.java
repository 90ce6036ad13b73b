package dev.bams3.encode;

import dev.bams3.bam.BamHeader;
import dev.bams3.bgzf.BgzfBlock;
import dev.bams3.bgzf.BgzfDeflaters;
import dev.bams3.sam.SamHeader;

/** BAM: header and every block of records end with a BGZF block of their own; the end is the end-of-file block. */
final class BamEncoder implements RecordEncoder {
    private final SamHeader header;
    private final BgzfDeflaters deflaters;

    BamEncoder(SamHeader header, BgzfDeflaters deflaters) {
        this.header = header;
        this.deflaters = deflaters;
    }

    @Override
    public EncodedBytes header() {
        byte[] bytes = BamHeader.encode(header);
        return block(bytes, 0, bytes.length);
    }

    @Override
    public void block(byte[] records, int offset, int length, OutputBuffer out) {
        int most = BgzfDeflaters.maxCompressedLength(length);
        out.expect(most);
        out.setLength(deflaters.compress(records, offset, length, out.reserve(most), 0));
    }

    @Override
    public EncodedBytes end(long records) {
        return new EncodedBytes(BgzfBlock.endOfFile(), BgzfBlock.END_OF_FILE_LENGTH);
    }
}
