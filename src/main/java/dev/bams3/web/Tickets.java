package dev.bams3.web;

import dev.bams3.dataset.DatasetId;
import dev.bams3.encode.ReadFormat;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.htsget.HtsgetRequest;
import dev.bams3.htsget.SignedSlice;
import dev.bams3.htsget.SliceTokens;
import dev.bams3.htsget.Ticket;
import dev.bams3.htsget.Ticket.PartClass;
import dev.bams3.query.OpenRead;
import dev.bams3.query.OpenRead.Part;
import dev.bams3.query.OpenRead.Slice;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes the ticket of an open read: the header within it, then addresses of slices. The end-of-file block comes with the
 * last slice rather than by itself, so that a client whose last transfer broke misses it.
 */
public final class Tickets {
    /** Characters of an address beyond which clients and proxies cannot be relied on; and the limit of our own server. */
    private static final int MAX_TOKEN_LENGTH = 48 * 1024;

    private final SliceTokens tokens;
    private final long sliceBytes;

    /** @param sliceBytes estimated bytes of BAM of one address, at most; a single block may exceed it */
    public Tickets(SliceTokens tokens, long sliceBytes) {
        this.tokens = tokens;
        this.sliceBytes = sliceBytes;
    }

    /**
     * @param base address of this service
     * @throws ReadsException TOO_LARGE when the selection does not fit into addresses
     */
    Ticket of(DatasetId id, HtsgetRequest request, OpenRead read, String base) {
        List<Ticket.Part> parts = new ArrayList<>();
        parts.add(Ticket.Part.inline(header(read), PartClass.HEADER));
        if (request.headerOnly()) {
            parts.add(Ticket.Part.endOfFile(PartClass.HEADER));
            return new Ticket(parts);
        }
        List<Slice> slices = read.slices(sliceBytes);
        if (slices.isEmpty()) {
            parts.add(Ticket.Part.endOfFile(PartClass.BODY));
        }
        for (Slice slice : slices) {
            boolean last = slice.equals(slices.getLast());
            String token = tokens.sign(new SignedSlice(
                    id.value(),
                    read.metadata().generation(),
                    request.selection(),
                    slice.firstBlock(),
                    slice.blocks(),
                    last));
            if (token.length() > MAX_TOKEN_LENGTH) {
                throw ReadsException.of(
                        ErrorKind.TOO_LARGE,
                        "regions: so many do not fit into the addresses of a ticket; POST them to /stream/reads/" + id
                                + ", or send fewer at a time");
            }
            parts.add(new Ticket.Part(base + ReadsController.STREAM + id + "?slice=" + token, PartClass.BODY));
        }
        return new Ticket(parts);
    }

    private static byte[] header(OpenRead read) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            read.writeTo(ReadFormat.BAM, new Part(true, 0, 0, false), bytes);
        } catch (IOException e) {
            throw new IllegalStateException("memory does not break", e);
        }
        return bytes.toByteArray();
    }
}
