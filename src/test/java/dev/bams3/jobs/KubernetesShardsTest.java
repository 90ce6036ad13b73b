package dev.bams3.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.fixtures.FaultyObjectStore.Fault;
import dev.bams3.fixtures.ForwardingObjectStore.Operation;
import dev.bams3.fixtures.Kubelet;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.Wait;
import dev.bams3.jobs.kubernetes.JobTemplate;
import dev.bams3.jobs.kubernetes.KubernetesJobs;
import dev.bams3.jobs.kubernetes.KubernetesShards;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.kubernetes.client.openapi.models.V1Job;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Jobs of Kubernetes and the conversions they are for. */
class KubernetesShardsTest extends KubernetesRig {
    @Test
    void podsConvertWhatASingleRunWould() {
        Job job = submit("cut");
        try (Kubelet kubelet = kubelet(rig.datasets)) {
            rig.replica();
            Job done = JobRig.ended(idle, job.id());
            assertThat(done.state()).as("%s", done).isEqualTo(JobState.SUCCEEDED);
            assertThat(kubelet.starts(3)).isEqualTo(1);
            assertThat(done.progress().orElseThrow().records()).isEqualTo(600);
            rig.workers = Optional.empty();
            Job whole = submit("whole");
            rig.replica();
            JobResult one = JobRig.ended(idle, whole.id()).result().orElseThrow();
            assertThat(done.result().orElseThrow().digest()).isEqualTo(one.digest());
            assertThat(rig.isSound("cut")).isTrue();
            assertThat(rig.keys()).noneMatch(key -> key.contains("/conversion/"));
        }
    }

    @Test
    void theManifestIsWhatKubernetesAcceptsAndAsTheTemplateSays() throws IOException {
        submit("cut");
        rig.replica();
        Wait.until("a Job", () -> !jobs().isEmpty());
        var made = jobs().getFirst();
        var spec = made.getSpec();
        V1Job.validateJsonElement(JsonParser.parseString(
                Serialization.asJson(new JobBuilder(made).withStatus(null).build())));
        assertThat(made.getMetadata().getName())
                .matches("bams3-[0-9a-f]{32}-[0-9a-z]+")
                .hasSizeLessThan(58);
        assertThat(made.getMetadata().getLabels()).containsEntry("team", "reads");
        assertThat(spec.getCompletions()).isBetween(3, 5);
        assertThat(spec.getParallelism()).isEqualTo(3);
        assertThat(spec.getCompletionMode()).isEqualTo("Indexed");
        assertThat(spec.getBackoffLimit()).isEqualTo(1);
        assertThat(spec.getTtlSecondsAfterFinished()).isEqualTo(3600);
        assertThat(spec.getPodFailurePolicy().getRules().getFirst())
                .satisfies(rule -> assertThat(rule.getAction()).isEqualTo("FailJob"))
                .satisfies(rule -> assertThat(rule.getOnExitCodes().getValues()).containsExactly(42));
        var pod = spec.getTemplate().getSpec();
        assertThat(pod.getRestartPolicy()).isEqualTo("Never");
        assertThat(pod.getServiceAccountName()).isEqualTo("bams3");
        assertThat(pod.getContainers().getFirst().getImage()).endsWith("bams3-server:1.0.0");
        assertThat(pod.getContainers().getFirst().getEnvFrom()).hasSize(1);
    }

    @Test
    void aReplicaThatTakesOverGoesOnWithTheJobThatIsThere() {
        FaultyObjectStore slow = new FaultyObjectStore(rig.datasets, 1)
                .onEach(
                        FaultyObjectStore.calls(Operation.PUT)
                                .and(call -> call.key().endsWith("/conversion/shards/000002.json")),
                        Fault.HANG);
        Job job = submit("cut");
        try (Kubelet kubelet = kubelet(slow)) {
            JobService first = rig.replica();
            slow.awaitHanging(1);
            first.close();
            // Its pods work on without it.
            String uid = jobs().getFirst().getMetadata().getUid();
            rig.replica();
            JobRig.until(idle, job.id(), now -> now.state() == JobState.RUNNING);
            slow.release();
            Job done = JobRig.ended(idle, job.id());
            assertThat(done.state()).as("%s", done).isEqualTo(JobState.SUCCEEDED);
            assertThat(jobs()).extracting(one -> one.getMetadata().getUid()).containsExactly(uid);
            for (int index = 0; index < 4; index++) {
                assertThat(kubelet.starts(index)).isEqualTo(1);
            }
        }
    }

    @Test
    void aForeignJobOfTheSameNameIsLeftAlone() {
        Job job = submit("cut");
        String name = "bams3-" + job.id() + "-" + Long.toString(job.created().toEpochMilli(), 36);
        client.batch()
                .v1()
                .jobs()
                .inNamespace(NAMESPACE)
                .resource(new JobBuilder()
                        .withNewMetadata()
                        .withName(name)
                        .endMetadata()
                        .withNewSpec()
                        .withCompletions(1)
                        .endSpec()
                        .build())
                .create();
        rig.replica();
        Job failed = JobRig.ended(idle, job.id());
        assertThat(failed.state()).isEqualTo(JobState.FAILED);
        assertThat(failed.error().orElseThrow().message()).contains("none of this conversion");
        assertThat(jobs()).extracting(one -> one.getMetadata().getName()).containsExactly(name);
    }

    /** As after an upgrade: another program makes another generation. */
    @Test
    void aJobOfAnotherReleaseMakesWay() {
        Job job = submit("cut");
        String uid = client.batch()
                .v1()
                .jobs()
                .inNamespace(NAMESPACE)
                .resource(new JobBuilder()
                        .withNewMetadata()
                        .withName("bams3-" + job.id() + "-"
                                + Long.toString(job.created().toEpochMilli(), 36))
                        .addToLabels("bams3.dev/conversion", job.id().value())
                        .addToAnnotations("bams3.dev/generation", "another")
                        .endMetadata()
                        .withNewSpec()
                        .withCompletions(1)
                        .endSpec()
                        .build())
                .create()
                .getMetadata()
                .getUid();
        rig.replica();
        Wait.until(
                "a new Job",
                () -> jobs().stream()
                        .anyMatch(one -> !one.getMetadata().getUid().equals(uid)));
        try (Kubelet kubelet = kubelet(rig.datasets)) {
            Job done = JobRig.ended(idle, job.id());
            assertThat(done.state()).as("%s", done).isEqualTo(JobState.SUCCEEDED);
            assertThat(done.attempt()).isEqualTo(1);
            assertThat(kubelet.starts(0)).isEqualTo(1);
        }
    }

    @Test
    void cancellingRemovesTheJobWaitsForItsPodsAndLeavesNothing() {
        FaultyObjectStore slow = new FaultyObjectStore(rig.datasets, 1)
                .onEach(
                        FaultyObjectStore.calls(Operation.COMPLETE)
                                .and(call -> call.key().contains(".b3c")),
                        Fault.HANG);
        Job job = submit("cut");
        try (Kubelet kubelet = kubelet(slow)) {
            rig.replica();
            slow.awaitHanging(1);
            idle.jobs().cancel(job.id());
            assertThat(JobRig.ended(idle, job.id()).state()).isEqualTo(JobState.CANCELLED);
            assertThat(jobs()).isEmpty();
            assertThat(rig.keys()).isEmpty();
            assertThat(kubelet.starts(0)).isEqualTo(1);
        }
    }

    @Test
    void unsortedSourcesAreSortedByOnePodOfASecondJob() {
        byte[] unsorted = Bams.file(
                RandomRecords.header(), new RandomRecords(5).sortedList(500).reversed());
        Job job = JobRig.submit(idle, JobRig.request(rig.source("unsorted.bam", unsorted), "cut"));
        try (Kubelet kubelet = kubelet(rig.datasets)) {
            rig.replica();
            Job done = JobRig.ended(idle, job.id());
            assertThat(done.state()).as("%s", done).isEqualTo(JobState.SUCCEEDED);
            assertThat(done.result().orElseThrow().sorted()).isTrue();
            assertThat(rig.isSound("cut")).isTrue();
            assertThat(jobs()).singleElement().satisfies(left -> {
                assertThat(left.getMetadata().getName()).endsWith("-sort");
                assertThat(left.getSpec().getCompletions()).isEqualTo(1);
            });
            assertThat(kubelet.starts(0)).isEqualTo(2);
        }
    }

    /** By the time to live of a Job that has ended, or by hand before it has. */
    @Test
    void aJobThatIsGoneIsMissedOnlyIfShardsAre() {
        Job job = submit("cut");
        try (Kubelet kubelet = kubelet(rig.datasets)) {
            rig.replica();
            Wait.until("a Job", () -> !jobs().isEmpty());
            client.batch().v1().jobs().inNamespace(NAMESPACE).delete();
            Job done = JobRig.ended(idle, job.id());
            assertThat(done.state()).as("%s", done).isEqualTo(JobState.SUCCEEDED);
            assertThat(done.attempt()).isBetween(1, 2);
            assertThat(kubelet.starts(0)).isBetween(1, 2);
        }
    }

    /** While the coordinator does not reach what pods store, they go on, and it is no attempt. */
    @Test
    void aStoreThatDoesNotAnswerForAWhileIsWaitedFor() {
        AtomicInteger left = new AtomicInteger(5);
        AtomicInteger unread = new AtomicInteger(2);
        FaultyObjectStore blind = new FaultyObjectStore(rig.datasets, 1)
                .onEach(
                        FaultyObjectStore.calls(Operation.LIST)
                                .and(call -> call.key().contains("/conversion/chunks/"))
                                .and(call -> left.getAndDecrement() > 0),
                        Fault.UNAVAILABLE)
                .onEach(
                        FaultyObjectStore.calls(Operation.GET)
                                .and(call -> call.key().contains("/conversion/chunks/"))
                                .and(call -> unread.getAndDecrement() > 0),
                        Fault.UNAVAILABLE);
        Job job = submit("cut");
        try (Kubelet kubelet = kubelet(rig.datasets)) {
            rig.replica(JobRig.QUICK, blind);
            Job done = JobRig.ended(idle, job.id());
            assertThat(done.state()).as("%s", done).isEqualTo(JobState.SUCCEEDED);
            assertThat(done.attempt()).isEqualTo(1);
            assertThat(blind.faults()).isGreaterThan(0);
            assertThat(done.progress().orElseThrow().records()).isEqualTo(600);
            assertThat(kubelet.starts(0)).isEqualTo(1);
        }
    }

    @Test
    void whatKubernetesRefusesIsSaid() {
        KubernetesMockServer refusing = Kubelet.server();
        try (KubernetesClient other = refusing.createClient()) {
            refusing.expect()
                    .post()
                    .withPath("/apis/batch/v1/namespaces/genomes/jobs")
                    .andReturn(403, "{\"kind\": \"Status\", \"apiVersion\": \"v1\", \"message\": \"not you\"}")
                    .always();
            JobTemplate template = JobTemplate.read(folder.resolve("job.yaml"));
            rig.workers = Optional.of(converter -> new KubernetesShards(
                    new KubernetesJobs(other, template.namespace(), Duration.ofSeconds(1)),
                    template,
                    converter,
                    new ShardSettings(3, bam.length / 4),
                    Duration.ofMillis(100)));
            Job job = submit("cut");
            rig.replica();
            Job failed = JobRig.ended(idle, job.id());
            assertThat(failed.error().orElseThrow().kind()).isEqualTo(ErrorKind.DENIED);
            assertThat(failed.error().orElseThrow().message()).contains("rights on Jobs");
        } finally {
            refusing.destroy();
        }
    }

    /** The client's own words for it are "An error has occurred." */
    @Test
    void whyTheApiCannotBeReachedIsSaid() throws IOException {
        int port;
        try (ServerSocket nobody = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = nobody.getLocalPort();
        }
        Config config = new ConfigBuilder(Config.empty())
                .withMasterUrl("http://127.0.0.1:" + port)
                .withRequestRetryBackoffLimit(0)
                .build();
        try (KubernetesClient other =
                new KubernetesClientBuilder().withConfig(config).build()) {
            JobTemplate template = JobTemplate.read(folder.resolve("job.yaml"));
            rig.workers = Optional.of(converter -> new KubernetesShards(
                    new KubernetesJobs(other, template.namespace(), Duration.ofSeconds(1)),
                    template,
                    converter,
                    new ShardSettings(3, bam.length / 4),
                    Duration.ofMillis(100)));
            Job job = submit("cut");
            rig.replica();
            JobError error = JobRig.ended(idle, job.id()).error().orElseThrow();
            assertThat(error.kind()).isEqualTo(ErrorKind.UNAVAILABLE);
            assertThat(error.message()).contains("ConnectException");
        }
    }

    @Test
    void aTemplateThatIsNoJobStopsTheStart() throws IOException {
        for (String wrong : List.of("", "a: b", "kind: Job", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n", "[")) {
            Path file = folder.resolve("wrong.yaml");
            Files.writeString(file, wrong);
            assertThatThrownBy(() -> JobTemplate.read(file))
                    .as(wrong)
                    .isInstanceOfSatisfying(
                            ReadsException.class,
                            e -> assertThat(e.field()).contains("bams3.jobs.kubernetes-template"));
        }
        assertThatThrownBy(() -> JobTemplate.read(folder.resolve("missing.yaml")))
                .hasMessageContaining("cannot be read");
    }
}
