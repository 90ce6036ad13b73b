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
 * @param index the form of its index; empty for the BAM itself
 */
public record FileName(DatasetId id, Optional<BamIndexEncoder.Form> index) {
    private enum Suffix {
        BAM_BAI(".bam.bai", Optional.of(BamIndexEncoder.Form.BAI)),
        BAM_CSI(".bam.csi", Optional.of(BamIndexEncoder.Form.CSI)),
        BAI(".bai", Optional.of(BamIndexEncoder.Form.BAI)),
        CSI(".csi", Optional.of(BamIndexEncoder.Form.CSI)),
        BAM(".bam", Optional.empty());

        private final String text;
        private final Optional<BamIndexEncoder.Form> index;

        Suffix(String text, Optional<BamIndexEncoder.Form> index) {
            this.text = text;
            this.index = index;
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
                        new DatasetId(name.substring(0, name.length() - suffix.text.length())), suffix.index);
            }
        }
        throw ReadsException.notFound(
                "file", "no such file; the files of a dataset are {id}.bam, {id}.bam.bai and {id}.bam.csi");
    }

    /** Whether this is the name of an index. */
    public boolean isIndex() {
        return index.isPresent();
    }

    /** The name of the form: `BAM`, `BAI` or `CSI`. */
    public String form() {
        return index.map(Enum::name).orElse("BAM");
    }
}
