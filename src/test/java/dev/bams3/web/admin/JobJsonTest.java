package dev.bams3.web.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.jobs.Job;
import dev.bams3.jobs.JobId;
import dev.bams3.jobs.JobOptions;
import dev.bams3.jobs.JobProgress;
import dev.bams3.jobs.JobRequest;
import dev.bams3.jobs.JobSource;
import dev.bams3.jobs.JobState;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class JobJsonTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

    private static JsonNode progress(JobState state) {
        return json(state, new JobRequest("s3://b/a.bam", "a", JobOptions.DEFAULT))
                .get("progress");
    }

    private static JsonNode json(JobState state, JobRequest request) {
        JobProgress progress = new JobProgress(
                "converting", 0.6, 700, 70_000, 3_000, 900, 10, NOW, Optional.of(new JobProgress.Before(200, 0.4)));
        Job job = new Job(
                new JobId("0".repeat(32)),
                false,
                request,
                new JobSource("\"e\"", 5_000, "BAM"),
                Optional.empty(),
                NOW,
                7,
                state,
                NOW,
                2,
                2,
                false,
                Optional.of("worker"),
                Optional.of(NOW),
                Optional.empty(),
                Optional.empty(),
                Optional.of(progress),
                Optional.empty(),
                Optional.empty());
        return JsonMapper.shared().readTree(JobJson.of(job));
    }

    @Test
    void signaturesOfAddressesAreNotShown() {
        JobOptions options = new JobOptions(
                OptionalLong.empty(),
                OptionalInt.empty(),
                OptionalInt.empty(),
                true,
                false,
                Optional.of("https://host/ref/a.fa?sig=s3cret"),
                true,
                false);
        JsonNode json = json(JobState.QUEUED, new JobRequest("https://host/a.cram?sig=s3cret", "a", options));
        assertThat(json.get("source").stringValue()).isEqualTo("https://host/a.cram");
        assertThat(json.get("options").get("reference").stringValue()).isEqualTo("https://host/ref/a.fa");
        assertThat(json.toString()).doesNotContain("s3cret");
    }

    @Test
    void aRunningJobSaysHowFastItIsAndWhenItEnds() {
        JsonNode progress = progress(JobState.RUNNING);
        assertThat(progress.get("percent").doubleValue()).isEqualTo(60);
        assertThat(progress.get("records").intValue()).isEqualTo(700);
        assertThat(progress.get("sourceBytes").intValue()).isEqualTo(3_000);
        assertThat(progress.get("sourceSize").intValue()).isEqualTo(5_000);
        assertThat(progress.get("recordsPerSecond").intValue()).isEqualTo(50);
        assertThat(progress.get("estimatedEnd").stringValue()).isEqualTo("2026-11-22T10:00:20Z");
    }

    /** One that waits for its next attempt has the progress of the last. */
    @ParameterizedTest
    @EnumSource(value = JobState.class, names = "RUNNING", mode = EnumSource.Mode.EXCLUDE)
    void anyOtherDoesNot(JobState state) {
        JsonNode progress = progress(state);
        assertThat(progress.has("recordsPerSecond")).isFalse();
        assertThat(progress.has("estimatedEnd")).isFalse();
        assertThat(progress.get("records").intValue()).isEqualTo(700);
    }
}
