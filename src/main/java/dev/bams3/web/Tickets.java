package dev.bams3.web;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.bams3.encode.ReadFormat;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.htsget.HtsgetRequest;
import dev.bams3.htsget.SignedSlice;
import dev.bams3.htsget.SliceTokens;
import dev.bams3.htsget.Ticket;
import dev.bams3.htsget.Ticket.PartClass;
import dev.bams3.query.OpenRead.Part;
import dev.bams3.query.OpenRead.Slice;
import dev.bams3.query.ReadsAnswer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes the ticket of an open read: the header within it, then addresses of slices. The end-of-file block comes with the
 * last slice rather than by itself, so that a client whose last transfer broke misses it.
 */
public final class Tickets {
    /** Characters of an address beyond which clients and proxies cannot be relied on; and the limit of our own server. */
    private static final int MAX_TOKEN_LENGTH = 48 * 1024;

    private final SliceTokens tokens;
    private final long sliceBytes;
    // Viewers ask for the header at every start of a track, and with every window.
    private final Cache<Object, Ticket.Part> headers;

    /**
     * @param sliceBytes estimated bytes of BAM of one address, at most; a single block may exceed it
     * @param cacheBytes heap for headers as they stand in tickets
     */
    public Tickets(SliceTokens tokens, long sliceBytes, long cacheBytes) {
        this.tokens = tokens;
        this.sliceBytes = sliceBytes;
        headers = Caffeine.newBuilder()
                .executor(Runnable::run)
                .maximumWeight(cacheBytes)
                .weigher((Object _, Ticket.Part part) -> 256 + part.url().length())
                .build();
    }

    /**
     * @param id of the dataset, or name of the cohort
     * @param members of a cohort
     * @param base address of this service
     * @param ticketId names the ticket in each of its addresses
     * @throws ReadsException TOO_LARGE when the selection does not fit into addresses
     */
    Ticket of(String id, List<String> members, HtsgetRequest request, ReadsAnswer read, String base, String ticketId) {
        List<Ticket.Part> parts = new ArrayList<>();
        parts.add(header(read));
        if (request.headerOnly()) {
            parts.add(Ticket.Part.endOfFile(PartClass.HEADER));
            return new Ticket(parts);
        }
        request.level().ifPresent(read::compressAt);
        List<Slice> slices = read.slices(sliceBytes);
        if (slices.isEmpty()) {
            parts.add(Ticket.Part.endOfFile(PartClass.BODY));
        }
        for (Slice slice : slices) {
            boolean last = slice.equals(slices.getLast());
            String token = tokens.sign(
                    new SignedSlice(
                            id,
                            members,
                            read.generation(),
                            request.selection(),
                            request.view(),
                            slice.firstBlock(),
                            slice.blocks(),
                            last,
                            read.level(),
                            read.variant()),
                    ticketId);
            if (token.length() > MAX_TOKEN_LENGTH) {
                throw ReadsException.of(
                        ErrorKind.TOO_LARGE,
                        "regions: so many, or so many names or members, do not fit into the addresses of a ticket; POST them to /stream/reads/"
                                + id + ", or send fewer at a time");
            }
            parts.add(new Ticket.Part(base + ReadsController.STREAM + id + "?slice=" + token, PartClass.BODY));
        }
        return new Ticket(parts);
    }

    /** The data URI of the header, made once for a generation. */
    private Ticket.Part header(ReadsAnswer read) {
        Object key = read.headerKey();
        Ticket.@Nullable Part known = headers.getIfPresent(key);
        if (known == null) {
            // Outside of the cache's lock: reading the header may be a GET. Made twice, it is the same.
            known = Ticket.Part.inline(encoded(read), PartClass.HEADER);
            headers.put(key, known);
        }
        return known;
    }

    private static byte[] encoded(ReadsAnswer read) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            read.writeTo(ReadFormat.BAM, new Part(true, 0, 0, false), bytes);
        } catch (IOException e) {
            throw new IllegalStateException("memory does not break", e);
        }
        return bytes.toByteArray();
    }
}
