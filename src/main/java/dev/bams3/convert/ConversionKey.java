package dev.bams3.convert;

import dev.bams3.error.ReadsException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * What stays the same of a conversion over all its attempts, wherever they run: the same key, source and options mean the
 * same generation of the dataset, in which a later attempt finds what an earlier one has finished. Two conversions never
 * share a key.
 *
 * @param begun when the conversion was asked for, whole seconds
 * @param name of it, such as a job's id: 1 to 200 characters
 */
public record ConversionKey(Instant begun, String name) {
    private static final int MAX_NAME = 200;

    /** @throws ReadsException INVALID_INPUT for an empty or long name */
    public ConversionKey {
        begun = begun.truncatedTo(ChronoUnit.SECONDS);
        if (name.isEmpty() || name.length() > MAX_NAME) {
            throw ReadsException.invalidInput("key", "the name of a conversion has 1 to " + MAX_NAME + " characters");
        }
    }
}
