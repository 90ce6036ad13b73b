package dev.bams3.jobs.kubernetes;

import dev.bams3.convert.ConversionPlan;
import dev.bams3.error.ReadsException;
import dev.bams3.jobs.Job;
import dev.bams3.jobs.ShardWorker;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicy;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A Kubernetes Job, in which the operator sets everything specific to the cluster (image, environment, secrets, resources,
 * nodes, retries) and this program what is about a conversion: name, labels, number of pods, and what the first container is
 * called with.
 */
public final class JobTemplate {
    /** Label: id of the conversion. */
    static final String CONVERSION = "bams3.dev/conversion";

    /** Annotation: the generation that is made. */
    static final String GENERATION = "bams3.dev/generation";

    private static final String DATASET = "bams3.dev/dataset";
    private static final String REPORT = "/dev/termination-log";
    private static final String SORTING = "-sort";
    private static final int TTL_SECONDS = 3600;

    private final io.fabric8.kubernetes.api.model.batch.v1.Job template;

    private JobTemplate(io.fabric8.kubernetes.api.model.batch.v1.Job template) {
        this.template = template;
    }

    /**
     * Reads a template, YAML or JSON.
     *
     * @throws ReadsException INVALID_INPUT naming the setting
     */
    public static JobTemplate read(Path file) {
        try {
            Object read = Serialization.unmarshal(Files.readString(file));
            if (read instanceof io.fabric8.kubernetes.api.model.batch.v1.Job job
                    && job.getSpec() != null
                    && job.getSpec().getTemplate() != null
                    && job.getSpec().getTemplate().getSpec() != null
                    && !job.getSpec().getTemplate().getSpec().getContainers().isEmpty()) {
                return new JobTemplate(job);
            }
            throw wrong(file + " is no Job of batch/v1 with a container");
        } catch (IOException e) {
            throw wrong(file + " cannot be read: " + e);
        } catch (IllegalArgumentException | KubernetesClientException e) {
            throw wrong(file + " is no YAML or JSON of Kubernetes: " + e.getMessage());
        }
    }

    private static ReadsException wrong(String message) {
        String key = "bams3.jobs.kubernetes-template";
        return ReadsException.invalidInput(key, key + ": " + message);
    }

    /** The namespace, where the template names one. */
    public Optional<String> namespace() {
        return Optional.ofNullable(template.getMetadata())
                .flatMap(metadata -> Optional.ofNullable(metadata.getNamespace()));
    }

    /**
     * The Job that converts the shards of a plan.
     *
     * @param parallelism pods at one time, at most
     */
    io.fabric8.kubernetes.api.model.batch.v1.Job job(Job job, ConversionPlan plan, int parallelism) {
        int pods = plan.shards().size();
        String id = job.id().value();
        String submitted = Long.toString(job.created().toEpochMilli());
        Container container =
                template.getSpec().getTemplate().getSpec().getContainers().getFirst();
        return new JobBuilder(template)
                .editOrNewMetadata()
                .withName(name(job, plan))
                .addToLabels(CONVERSION, id)
                .addToAnnotations(GENERATION, plan.generation())
                .addToAnnotations(DATASET, job.request().dataset())
                .endMetadata()
                .editSpec()
                .withCompletionMode("Indexed")
                .withCompletions(pods)
                .withParallelism(Math.min(pods, parallelism))
                .withTtlSecondsAfterFinished(
                        Objects.requireNonNullElse(template.getSpec().getTtlSecondsAfterFinished(), TTL_SECONDS))
                .withPodFailurePolicy(Objects.requireNonNullElseGet(
                        template.getSpec().getPodFailurePolicy(), () -> failFast(container.getName())))
                .editTemplate()
                .editOrNewMetadata()
                .addToLabels(CONVERSION, id)
                .endMetadata()
                .editSpec()
                .withRestartPolicy("Never")
                .editFirstContainer()
                .withArgs("convert-shard", id, submitted, "--report", REPORT)
                .withTerminationMessagePath(REPORT)
                .endContainer()
                .endSpec()
                .endTemplate()
                .endSpec()
                .build();
    }

    /** Within the 63 characters of a label, with the number that Kubernetes adds for each pod. */
    private static String name(Job job, ConversionPlan plan) {
        return name(job) + (plan.sorting() ? SORTING : "");
    }

    private static String name(Job job) {
        return "bams3-" + job.id() + "-" + Long.toString(job.created().toEpochMilli(), Character.MAX_RADIX);
    }

    /** Whether a Job is for this submission of the conversion. */
    static boolean isOf(Job job, io.fabric8.kubernetes.api.model.batch.v1.Job present) {
        String name = present.getMetadata().getName();
        return name.equals(name(job)) || name.equals(name(job) + SORTING);
    }

    /** Permanent failures fail the Job at once; pods that the cluster evicts are not failures. */
    private static PodFailurePolicy failFast(String container) {
        return new PodFailurePolicyBuilder()
                .addNewRule()
                .withAction("FailJob")
                .withNewOnExitCodes()
                .withContainerName(container)
                .withOperator("In")
                .withValues(List.of(ShardWorker.FOR_GOOD))
                .endOnExitCodes()
                .endRule()
                .addNewRule()
                .withAction("Ignore")
                .addNewOnPodCondition()
                .withType("DisruptionTarget")
                .withStatus("True")
                .endOnPodCondition()
                .endRule()
                .build();
    }

    /** Whether two Jobs are for the same conversion. */
    static boolean areOfOneConversion(
            io.fabric8.kubernetes.api.model.batch.v1.Job one, io.fabric8.kubernetes.api.model.batch.v1.Job other) {
        return Objects.equals(label(one), label(other));
    }

    /** Whether two Jobs of a conversion are for the same plan: that of another release is another. */
    static boolean areOfOnePlan(
            io.fabric8.kubernetes.api.model.batch.v1.Job one, io.fabric8.kubernetes.api.model.batch.v1.Job other) {
        return Objects.equals(generation(one), generation(other))
                && Objects.equals(
                        one.getSpec().getCompletions(), other.getSpec().getCompletions());
    }

    private static Optional<String> label(io.fabric8.kubernetes.api.model.batch.v1.Job job) {
        return Optional.ofNullable(job.getMetadata().getLabels()).map(labels -> labels.get(CONVERSION));
    }

    private static Optional<String> generation(io.fabric8.kubernetes.api.model.batch.v1.Job job) {
        return Optional.ofNullable(job.getMetadata().getAnnotations()).map(notes -> notes.get(GENERATION));
    }
}
