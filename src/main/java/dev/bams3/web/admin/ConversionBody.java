package dev.bams3.web.admin;

import dev.bams3.error.ReadsException;
import dev.bams3.htsget.JsonBody;
import dev.bams3.jobs.JobOptions;
import dev.bams3.jobs.JobRequest;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** Reads the body of a submission. Unknown members are refused. */
final class ConversionBody {
    /** Bytes; far more than two addresses and some numbers. */
    static final int MAX_BYTES = 64 << 10;

    private static final Set<String> KEYS = Set.of("source", "dataset", "options");
    private static final Set<String> OPTIONS = Set.of(
            "chunkBytes",
            "blockRecords",
            "level",
            "sort",
            "replace",
            "reference",
            "verify",
            "allowUnknownReferences",
            "sha256");

    private ConversionBody() {}

    /** @throws ReadsException INVALID_INPUT naming the key, TOO_LARGE */
    static JobRequest parse(byte[] body) {
        JsonBody root = JsonBody.read(body, MAX_BYTES, "");
        root.refuseUnknown(KEYS);
        return new JobRequest(
                root.requiredText("source"),
                root.requiredText("dataset"),
                root.object("options", "options.").map(ConversionBody::options).orElse(JobOptions.DEFAULT));
    }

    private static JobOptions options(JsonBody options) {
        options.refuseUnknown(OPTIONS);
        JobOptions usual = JobOptions.DEFAULT;
        return new JobOptions(
                options.whole("chunkBytes"),
                number(options, "blockRecords"),
                number(options, "level"),
                options.flag("sort", usual.sort()),
                options.flag("replace", usual.replace()),
                options.text("reference"),
                options.flag("verify", usual.verify()),
                options.flag("allowUnknownReferences", usual.allowUnknownReferences()),
                options.flag("sha256", usual.sha256()));
    }

    /** Clamped, because the range is checked by {@link JobOptions}. */
    private static OptionalInt number(JsonBody options, String name) {
        OptionalLong value = options.whole(name);
        return value.isEmpty()
                ? OptionalInt.empty()
                : OptionalInt.of((int) Math.clamp(value.getAsLong(), 0, Integer.MAX_VALUE));
    }
}
