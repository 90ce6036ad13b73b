package dev.bams3.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.convert.Converter;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.Kubelet;
import dev.bams3.fixtures.Kubelet.Exit;
import dev.bams3.jobs.kubernetes.JobTemplate;
import dev.bams3.jobs.kubernetes.KubernetesJobs;
import dev.bams3.jobs.kubernetes.KubernetesShards;
import dev.bams3.storage.ObjectStore;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A service whose shards are pods, in front of a mock of the API of Kubernetes; what pods do is done by threads. */
@Timeout(60)
abstract class KubernetesRig {
    static final String NAMESPACE = "genomes";
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
    Path folder;

    final JobRig rig = JobRig.inMemory();
    final JobService idle = rig.replica(JobRig.IDLE, rig.datasets);
    final byte[] bam = JobRig.bam(3, 600);
    final KubernetesMockServer server = Kubelet.server();
    KubernetesClient client;

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
    final Kubelet kubelet(ObjectStore seen) {
        ShardWorker worker = worker(seen);
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

    final ShardWorker worker(ObjectStore seen) {
        Converter converter = new Converter("bams3-server/test", rig.cpu, rig.waiting);
        return new ShardWorker(seen, JobRig.places(rig.sources), converter, JobRig.QUICK, folder, rig.waiting);
    }

    final List<io.fabric8.kubernetes.api.model.batch.v1.Job> jobs() {
        return client.batch().v1().jobs().inNamespace(NAMESPACE).list().getItems();
    }

    final Job submit(String dataset) {
        return JobRig.submit(idle, JobRig.request(rig.source("a.bam", bam), dataset));
    }
}
