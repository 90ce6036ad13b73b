package dev.bams3.files;

import dev.bams3.bam.BamIndexEncoder;
import dev.bams3.dataset.DatasetId;
import dev.bams3.error.ReadsException;
import java.util.Optional;

/**
 * Name of a virtual file: the id of a dataset and a suffix. The longest suffix counts, so {@code x.bam.bai} is the index of
 * {@code x}, also where there is a dataset {@code x.bam}, whose index is {@code x.bam.bam.bai}.
 *
 * @param id the dataset
 * @param kind of file
 */
public record FileName(DatasetId id, Kind kind) {
    /** A kind of file. */
    public enum Kind {
        BAM(Optional.empty()),
        BAI(Optional.of(BamIndexEncoder.Form.BAI)),
        CSI(Optional.of(BamIndexEncoder.Form.CSI)),
        BIGWIG(Optional.empty());

        private final Optional<BamIndexEncoder.Form> index;

        Kind(Optional<BamIndexEncoder.Form> index) {
            this.index = index;
        }

        /** The form of index that it is, if it is one. */
        public Optional<BamIndexEncoder.Form> index() {
            return index;
        }
    }

    private enum Suffix {
        BAM_BAI(".bam.bai", Kind.BAI),
        BAM_CSI(".bam.csi", Kind.CSI),
        BAI(".bai", Kind.BAI),
        CSI(".csi", Kind.CSI),
        BAM(".bam", Kind.BAM),
        BIGWIG(".bw", Kind.BIGWIG);

        private final String text;
        private final Kind kind;

        Suffix(String text, Kind kind) {
            this.text = text;
            this.kind = kind;
        }
    }

    /**
     * @param name such as {@code project/sample.bam}
     * @throws ReadsException NOT_FOUND for a name without a suffix, INVALID_INPUT (field `id`) for what is not a dataset id
     */
    public static FileName parse(String name) {
        for (Suffix suffix : Suffix.values()) {
            if (name.length() > suffix.text.length() && name.endsWith(suffix.text)) {
                return new FileName(
                        new DatasetId(name.substring(0, name.length() - suffix.text.length())), suffix.kind);
            }
        }
        throw ReadsException.notFound(
                "file", "no such file; the files of a dataset are {id}.bam, {id}.bam.bai, {id}.bam.csi and {id}.bw");
    }

    /** The name of the form: `BAM`, `BAI`, `CSI` or `BIGWIG`. */
    public String form() {
        return kind.name();
    }
}
