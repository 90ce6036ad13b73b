package dev.bams3.web.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.error.ErrorKind;
import dev.bams3.jobs.Job;
import dev.bams3.jobs.JobError;
import dev.bams3.jobs.JobId;
import dev.bams3.jobs.JobOptions;
import dev.bams3.jobs.JobProgress;
import dev.bams3.jobs.JobRequest;
import dev.bams3.jobs.JobResult;
import dev.bams3.jobs.JobSource;
import dev.bams3.jobs.JobSpec;
import dev.bams3.jobs.JobState;
import dev.bams3.jobs.JobStatus;
import dev.bams3.jobs.JobStatus.Attempted;
import java.time.Instant;
import java.util.List;
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
        Attempted attempt = new Attempted("worker", NOW, Optional.of(progress));
        JobStatus status = switch (state) {
            case QUEUED -> new JobStatus.Queued(Optional.of(attempt), Optional.empty(), Optional.empty());
            case RUNNING, CANCELLING -> new JobStatus.Claimed(state == JobState.CANCELLING, attempt, Optional.empty());
            case SUCCEEDED ->
                new JobStatus.Succeeded(attempt, NOW, new JobResult("u", "g", 1, 2, "d", 3, 4, 5, true, List.of()));
            case FAILED ->
                new JobStatus.Failed(attempt, NOW, JobError.of(ErrorKind.UNAVAILABLE, "the store does not answer"));
            case CANCELLED -> new JobStatus.Cancelled(Optional.of(attempt), NOW);
        };
        JobSpec spec = new JobSpec(
                new JobId("0".repeat(32)), false, request, new JobSource("\"e\"", 5_000, "BAM"), Optional.empty(), NOW);
        Job job = new Job(spec, 7, NOW, 2, 2, false, status);
        assertThat(job.state()).isEqualTo(state);
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
                false,
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
