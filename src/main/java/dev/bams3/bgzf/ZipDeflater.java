package dev.bams3.bgzf;

import java.util.zip.Deflater;

/** The JDK's deflater, or GKL's, which takes input and output from index 0 of arrays only. */
final class ZipDeflater implements RawDeflater {
    private final byte[] input = new byte[BgzfDeflaters.MAX_PAYLOAD];
    private final byte[] output = new byte[BgzfDeflaters.MAX_DATA];
    private final Deflater deflater;

    /** @param deflater makes raw data; ended by this object */
    ZipDeflater(Deflater deflater) {
        this.deflater = deflater;
    }

    @Override
    public int deflate(byte[] bytes, int offset, int length, byte[] target, int targetOffset, int room) {
        System.arraycopy(bytes, offset, input, 0, length);
        try {
            deflater.reset();
            deflater.setInput(input, 0, length);
            deflater.finish();
            int deflated = deflater.deflate(output, 0, output.length);
            if (!deflater.finished() || deflated > room) {
                return -1;
            }
            System.arraycopy(output, 0, target, targetOffset, deflated);
            return deflated;
        } catch (RuntimeException e) {
            // GKL's way to say that the output array is too small.
            return -1;
        }
    }

    @Override
    public void end() {
        deflater.end();
    }
}
