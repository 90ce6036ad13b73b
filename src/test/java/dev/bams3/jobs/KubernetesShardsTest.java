package dev.bams3.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonParser;
import dev.bams3.convert.Converter;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.FaultyObjectStore;
import dev.bams3.fixtures.FaultyObjectStore.Fault;
import dev.bams3.fixtures.ForwardingObjectStore.Operation;
import dev.bams3.fixtures.Kubelet;
import dev.bams3.fixtures.Kubelet.Exit;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.Wait;
import dev.bams3.jobs.kubernetes.JobTemplate;
import dev.bams3.jobs.kubernetes.KubernetesJobs;
import dev.bams3.jobs.kubernetes.KubernetesShards;
import dev.bams3.storage.ObjectStore;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.fabric8.mockwebserver.http.RecordedRequest;
import io.kubernetes.client.openapi.models.V1Job;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Shards as pods, in front of a mock of the API of Kubernetes; what pods do is done by threads. */
@Timeout(60)
class KubernetesShardsTest {
    private static final String NAMESPACE = "genomes";
    private static final String TEMPLATE = """
            apiVersion: batch/v1
            kind: Job
            metadata:
              namespace: genomes
              labels: {team: reads}
            spec:
              backoffLimit: 1
              template:
                spec:
                  serviceAccountName: bams3
                  containers:
                    - name: convert
                      image: registry.example.org/bams3-server:1.0.0
                      envFrom: [{configMapRef: {name: bams3}}]
                      resources: {limits: {memory: 2Gi}}
            """;

    @TempDir
    private Path folder;

    private final JobRig rig = new JobRig();
    private final JobService idle = rig.replica(JobRig.IDLE, rig.datasets);
    private final byte[] bam = JobRig.bam(3, 600);
    private final KubernetesMockServer server = Kubelet.server();
    private KubernetesClient client;

    @BeforeEach
    void start() throws IOException {
        client = server.createClient();
        Path file = folder.resolve("job.yaml");
        Files.writeString(file, TEMPLATE);
        rig.workers = Optional.of(converter -> shards(converter, JobTemplate.read(file)));
    }

    private KubernetesShards shards(Converter converter, JobTemplate template) {
        return new KubernetesShards(
                new KubernetesJobs(server.createClient(), template.namespace(), Duration.ofSeconds(20)),
                template,
                converter,
                new ShardSettings(3, bam.length / 4),
                Duration.ofMillis(100));
    }

    @AfterEach
    void close() {
        rig.close();
        client.close();
        server.destroy();
    }

    /** A pod does what the command does; the command itself is run in front of the whole service elsewhere. */
    private Kubelet kubelet(ObjectStore seen) {
        Converter converter = new Converter("bams3-server/test", rig.cpu, rig.waiting);
        ShardWorker worker =
                new ShardWorker(seen, JobRig.places(rig.sources), converter, JobRig.QUICK, folder, rig.waiting);
        return new Kubelet(client, NAMESPACE, (args, index) -> {
            assertThat(args).hasSize(5).startsWith("convert-shard");
            try {
                worker.run(new JobId(args.get(1)), Long.parseLong(args.get(2)), index);
                return new Exit(0, "");
            } catch (ReadsException e) {
                JobError error = JobError.of(e);
                return new Exit(error.isPassing() ? 1 : ShardWorker.FOR_GOOD, error.toJson());
            }
        });
    }

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
                .satisfies(
                        rule -> assertThat(rule.getOnExitCodes().getValues()).containsExactly(42));
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
        JobRig.await(
                "a new Job",
                () -> jobs().stream().anyMatch(one -> !one.getMetadata().getUid().equals(uid)));
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

    /** Without anybody who removes its Job: the document alone tells it. */
    @Test
    void aPodOfACancelledConversionStopsByItself() {
        FaultyObjectStore slow = new FaultyObjectStore(rig.datasets, 1)
                .onEach(
                        FaultyObjectStore.calls(Operation.COMPLETE)
                                .and(call -> call.key().contains(".b3c")),
                        Fault.HANG);
        Job job = submit("cut");
        AtomicInteger ended = new AtomicInteger();
        CountDownLatch stopped = new CountDownLatch(1);
        Converter converter = new Converter("bams3-server/test", rig.cpu, rig.waiting);
        ShardWorker worker =
                new ShardWorker(slow, JobRig.places(rig.sources), converter, JobRig.QUICK, folder, rig.waiting);
        try (Kubelet kubelet = new Kubelet(client, NAMESPACE, (args, index) -> {
            try {
                worker.run(new JobId(args.get(1)), Long.parseLong(args.get(2)), index);
            } catch (ReadsException e) {
                ended.incrementAndGet();
                assertThat(e.kind()).isEqualTo(ErrorKind.CANCELLED);
                stopped.countDown();
            }
            return new Exit(ShardWorker.FOR_GOOD, "");
        })) {
            JobService first = rig.replica();
            slow.awaitHanging(1);
            first.close();
            JobDocuments documents = new JobDocuments(rig.datasets, rig.waiting, new JobSignal());
            Job queued = documents.find(job.id()).orElseThrow();
            documents.write(queued.cancelled(java.time.Instant.now()));
            Wait.until("the pod has stopped", () -> stopped.getCount() == 0);
            assertThat(kubelet.starts(0)).isEqualTo(1);
            assertThat(ended).hasValue(1);
        }
        assertThatThrownBy(() -> worker.run(job.id(), job.created().toEpochMilli(), 0))
                .isInstanceOfSatisfying(
                        ReadsException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.CANCELLED));
    }

    /** The store that it cannot reach for longer than the lease may be reached later. */
    @Test
    void aPodThatLosesSightOfItsConversionIsStartedAgain() {
        AtomicBoolean blind = new AtomicBoolean();
        FaultyObjectStore far = new FaultyObjectStore(rig.datasets, 1)
                .onEach(
                        FaultyObjectStore.calls(Operation.COMPLETE)
                                .and(call -> call.key().contains(".b3c")),
                        Fault.HANG)
                .onEach(call -> blind.get() && call.key().startsWith(JobDocuments.PREFIX), Fault.UNAVAILABLE);
        Converter converter = new Converter("bams3-server/test", rig.cpu, rig.waiting);
        ShardWorker worker =
                new ShardWorker(far, JobRig.places(rig.sources), converter, JobRig.QUICK, folder, rig.waiting);
        Queue<JobError> errors = new ConcurrentLinkedQueue<>();
        Job job = submit("cut");
        try (Kubelet kubelet = new Kubelet(client, NAMESPACE, (args, index) -> {
            try {
                worker.run(new JobId(args.get(1)), Long.parseLong(args.get(2)), index);
                return new Exit(0, "");
            } catch (ReadsException e) {
                errors.add(JobError.of(e));
                blind.set(false);
                far.release();
                return new Exit(errors.peek().isPassing() ? 1 : ShardWorker.FOR_GOOD, JobError.of(e).toJson());
            }
        })) {
            rig.replica();
            far.awaitHanging(1);
            blind.set(true);
            Job done = JobRig.ended(idle, job.id());
            assertThat(done.state()).as("%s", done).isEqualTo(JobState.SUCCEEDED);
            assertThat(done.attempt()).isEqualTo(1);
            assertThat(kubelet.starts(0)).isEqualTo(2);
        }
        assertThat(errors).singleElement().satisfies(error -> {
            assertThat(error.kind()).isEqualTo(ErrorKind.UNAVAILABLE);
            assertThat(error.message()).contains("could not be looked at for PT0.4S");
        });
    }

    /** Each would be a failure for good if it were a reason. */
    @Test
    void thatAPodWasToldToEndIsNoReason() {
        JobError stopped = JobError.of(ErrorKind.CANCELLED, "told to end");
        JobError closing = JobError.of(ErrorKind.CORRUPT, "a defect of this program: closed");
        Queue<Exit> exits = new ConcurrentLinkedQueue<>(List.of(
                new Exit(ShardWorker.FOR_GOOD, stopped.toJson()),
                new Exit(143, closing.toJson()),
                new Exit(143, closing.toJson())));
        Converter converter = new Converter("bams3-server/test", rig.cpu, rig.waiting);
        ShardWorker worker =
                new ShardWorker(rig.datasets, JobRig.places(rig.sources), converter, JobRig.QUICK, folder, rig.waiting);
        Job job = submit("cut");
        try (Kubelet kubelet = new Kubelet(client, NAMESPACE, (args, index) -> {
            Exit exit = exits.poll();
            if (exit == null) {
                worker.run(new JobId(args.get(1)), Long.parseLong(args.get(2)), index);
                exit = new Exit(0, "");
            }
            return exit;
        })) {
            rig.replica();
            Job done = JobRig.ended(idle, job.id());
            assertThat(done.state()).as("%s", done).isEqualTo(JobState.SUCCEEDED);
            assertThat(done.attempt()).isEqualTo(3);
            assertThat(kubelet.starts(0)).isEqualTo(4);
        }
    }

    @Test
    void aPodThatFailsForGoodFailsTheConversionWithItsError() throws InterruptedException {
        byte[] broken = bam.clone();
        broken[broken.length * 7 / 10] ^= 1;
        Job job = JobRig.submit(idle, JobRig.request(rig.source("broken.bam", broken), "cut"));
        try (Kubelet kubelet = kubelet(rig.datasets)) {
            rig.replica();
            Job failed = JobRig.ended(idle, job.id());
            assertThat(failed.state()).isEqualTo(JobState.FAILED);
            JobError error = failed.error().orElseThrow();
            assertThat(error.kind()).isEqualTo(ErrorKind.CORRUPT);
            assertThat(error.offset()).isPresent();
            assertThat(error.resource().orElseThrow()).endsWith("broken.bam");
            assertThat(rig.keys()).isEmpty();
            assertThat(jobs()).isEmpty();
            // The shard before the damage may read into it first.
            assertThat(List.of(kubelet.starts(0), kubelet.starts(1), kubelet.starts(2)))
                    .contains(1)
                    .allMatch(starts -> starts <= 1);
            assertThat(deletions()).isNotEmpty().allMatch(body -> body.contains("\"uid\":\""));
        }
    }

    /** One that Kubernetes starts again, then one that is beyond its limit and left to the attempts of the conversion. */
    @Test
    void podsThatDieAreStartedAgainAndTheirConversionAfterThem() {
        AtomicInteger deaths = new AtomicInteger();
        Converter converter = new Converter("bams3-server/test", rig.cpu, rig.waiting);
        ShardWorker worker =
                new ShardWorker(rig.datasets, JobRig.places(rig.sources), converter, JobRig.QUICK, folder, rig.waiting);
        Job job = submit("cut");
        try (Kubelet kubelet = new Kubelet(client, NAMESPACE, (args, index) -> {
            if (index == 1 && deaths.incrementAndGet() <= 3) {
                return new Exit(137, "");
            }
            worker.run(new JobId(args.get(1)), Long.parseLong(args.get(2)), index);
            return new Exit(0, "");
        })) {
            rig.replica();
            Job done = JobRig.ended(idle, job.id());
            assertThat(done.state()).as("%s", done).isEqualTo(JobState.SUCCEEDED);
            assertThat(done.attempt()).isEqualTo(2);
            assertThat(kubelet.starts(1)).isEqualTo(4);
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

    /** Bodies of the requests that delete Jobs: each names the very Job that it means. */
    private List<String> deletions() throws InterruptedException {
        List<String> bodies = new ArrayList<>();
        for (RecordedRequest request = server.takeRequest(1, TimeUnit.SECONDS);
                request != null;
                request = server.takeRequest(10, TimeUnit.MILLISECONDS)) {
            if (request.getMethod().equals("DELETE") && request.getPath().contains("/jobs/")) {
                bodies.add(request.getUtf8Body());
            }
        }
        return bodies;
    }

    private List<io.fabric8.kubernetes.api.model.batch.v1.Job> jobs() {
        return client.batch().v1().jobs().inNamespace(NAMESPACE).list().getItems();
    }

    private Job submit(String dataset) {
        return JobRig.submit(idle, JobRig.request(rig.source("a.bam", bam), dataset));
    }
}
