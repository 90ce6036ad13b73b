package dev.bams3.htsget;

import dev.bams3.sam.ReadSelection;
import dev.bams3.sam.RecordView;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * A piece of an answer, as an address in a ticket names it.
 *
 * @param dataset id of the dataset, or what names a cohort
 * @param members ids of the members of a cohort, in order; empty for a dataset
 * @param generation of the dataset that the ticket was made from; of a cohort a digest of its members and theirs
 * @param selection of the request; with its view it decides what the slice holds; first and count index the blocks of its plan
 * @param view of the request
 * @param firstBlock index in the plan
 * @param blocks how many, 0 or more
 * @param end whether the terminator of the format follows
 * @param level at which the slice is compressed, 0 (stored) to 9
 * @param variant names what decided the bytes of given records where the ticket was made; a process of another name has
 *     other bytes for the same records. Empty for no promise of any bytes
 */
public record SignedSlice(
        String dataset,
        List<String> members,
        String generation,
        ReadSelection selection,
        RecordView view,
        int firstBlock,
        int blocks,
        boolean end,
        int level,
        String variant) {
    private static final int ETAG_BYTES = 18;

    public SignedSlice {
        members = List.copyOf(members);
    }

    /** A slice of one dataset. */
    public SignedSlice(
            String dataset,
            String generation,
            ReadSelection selection,
            RecordView view,
            int firstBlock,
            int blocks,
            boolean end,
            int level,
            String variant) {
        this(dataset, List.of(), generation, selection, view, firstBlock, blocks, end, level, variant);
    }

    /** A slice of whole records at level 1, by any deflater. */
    public SignedSlice(
            String dataset, String generation, ReadSelection selection, int firstBlock, int blocks, boolean end) {
        this(dataset, generation, selection, RecordView.ALL, firstBlock, blocks, end, 1, "");
    }

    /**
     * A strong entity tag (RFC 9110 § 8.8.3): the same for every ticket that names this slice, and another one for any other.
     *
     * @param served names what decides the bytes of given records in this process
     */
    public String etag(String served) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (String text : new String[] {dataset, served}) {
                digest.update(text.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
            }
            byte[] hash = digest.digest(SliceCodec.plain(this));
            return '"' + Base64.getUrlEncoder().encodeToString(Arrays.copyOf(hash, ETAG_BYTES)) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
