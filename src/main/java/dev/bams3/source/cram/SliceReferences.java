package dev.bams3.source.cram;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The reference bases of a slice: those stored in it, or external ones, which are checked against the MD5 that it has. */
final class SliceReferences {
    private final SliceContext context;
    private final CompressionHeader compression;
    private final SliceHeader header;
    private final Map<Integer, SliceBases> opened = new HashMap<>();
    private int used = SliceHeader.SEVERAL;
    private @Nullable SliceBases current;

    SliceReferences(SliceContext context, CompressionHeader compression, SliceHeader header, SliceBlocks slice) {
        this.context = context;
        this.compression = compression;
        this.header = header;
        int reference = header.reference();
        if (reference >= context.referenceCount()) {
            throw header.place()
                    .corrupt("reference " + reference + " is not one of the header's " + context.referenceCount());
        }
        if (reference < 0) {
            return;
        }
        used = reference;
        if (header.isEmbedded()) {
            current = embedded(slice);
        } else if (compression.referenceRequired()) {
            current = external(reference);
        }
    }

    private SliceBases embedded(SliceBlocks slice) {
        byte[] bases = slice.external(header.embedded()).bytes();
        if (bases.length < header.span()) {
            throw header.place().corrupt("has " + bases.length + " reference bases, and covers " + header.span());
        }
        if (header.hasMd5() && compression.referenceRequired()) {
            MessageDigest md5 = ReferencePages.md5();
            md5.update(bases, 0, header.span());
            if (!Arrays.equals(md5.digest(), header.md5())) {
                throw header.place().corrupt("its reference bases have another MD5 than it says");
            }
        }
        return SliceBases.embedded(
                bases, header.start() - 1L, header.end(), context.referenceLength(header.reference()));
    }

    private SliceBases external(int reference) {
        ReferencePages pages = context.references().pages(reference, header.place());
        long end = Math.min(header.end(), pages.length());
        if (header.start() < 1) {
            throw header.place().corrupt("begins at reference base " + header.start());
        }
        if (header.hasMd5()) {
            byte[] md5 = pages.md5(header.start() - 1L, end);
            if (!Arrays.equals(md5, header.md5())) {
                throw context.references()
                        .wrong(
                                reference,
                                "its bases " + header.start() + "-" + end + " have the MD5 "
                                        + HexFormat.of().formatHex(md5) + ", not "
                                        + HexFormat.of().formatHex(header.md5()) + " as the slice at byte "
                                        + header.place().offset() + " says");
            }
        } else {
            context.references().requireRight(reference, header.place());
        }
        return SliceBases.external(pages::page, ReferencePages.PAGE_LENGTH, end, pages.length());
    }

    /** Goes to the reference of the next record. */
    void use(int reference) {
        if (reference == used || reference < 0 || !compression.referenceRequired()) {
            return;
        }
        used = reference;
        current = opened.computeIfAbsent(reference, key -> {
            ReferencePages pages = context.references().pages(key, header.place());
            context.references().requireRight(key, header.place());
            return SliceBases.external(pages::page, ReferencePages.PAGE_LENGTH, pages.length(), pages.length());
        });
    }

    /** The bases of the current record's reference; null for a slice that was made without. */
    @Nullable
    SliceBases current() {
        return current;
    }
}
