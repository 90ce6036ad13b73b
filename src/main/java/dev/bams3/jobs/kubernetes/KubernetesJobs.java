package dev.bams3.jobs.kubernetes;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.jobs.JobError;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.DeleteOptions;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.ScalableResource;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The calls of the Kubernetes API that this program makes; helm/bams3-server grants the rights they need. */
public final class KubernetesJobs implements AutoCloseable {
    /** Set by Kubernetes on the pods of a Job. */
    private static final String JOB_NAME = "batch.kubernetes.io/job-name";

    private static final Set<String> ENDED = Set.of("Succeeded", "Failed");
    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;

    /** Exit code of who is ended by SIGTERM, whatever it reports while all it uses is being closed. */
    private static final int TERMINATED = 143;

    /** Time for pods to end, to which the chart gives five seconds; shorter than a usual lease, which is not renewed meanwhile. */
    private static final Duration LONGEST_END = Duration.ofSeconds(25);

    private static final Duration LOOK = Duration.ofMillis(200);

    private final KubernetesClient client;
    private final String namespace;
    private final Duration longestEnd;

    /**
     * @param client closed with this
     * @param namespace of the Jobs; absent: the client's own, which is that of the pod it runs in
     * @param longestEnd how long the pods of a removed Job may take to end
     */
    public KubernetesJobs(KubernetesClient client, Optional<String> namespace, Duration longestEnd) {
        this.client = client;
        this.namespace = namespace.orElseGet(
                () -> Objects.requireNonNullElse(client.getConfiguration().getNamespace(), "default"));
        this.longestEnd = longestEnd;
    }

    /**
     * Connects as Kubernetes provides for pods, or as kubectl does elsewhere; nothing is asked yet.
     *
     * @param namespace of the Jobs; absent: that of the pod
     */
    public static KubernetesJobs connect(Optional<String> namespace) {
        return new KubernetesJobs(new KubernetesClientBuilder().build(), namespace, LONGEST_END);
    }

    /** Returns the namespace of the Jobs. */
    public String namespace() {
        return namespace;
    }

    /** False when there is a Job of that name. */
    boolean create(Job job) {
        try {
            client.batch().v1().jobs().inNamespace(namespace).resource(job).create();
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() == CONFLICT) {
                return false;
            }
            throw failure(job.getMetadata().getName(), e);
        }
    }

    Optional<Job> find(String name) {
        return asked(name, () -> Optional.ofNullable(jobs().withName(name).get()));
    }

    /** All Jobs of a conversion, however often it was submitted. */
    List<Job> ofConversion(String id) {
        return asked(
                id, () -> jobs().withLabel(JobTemplate.CONVERSION, id).list().getItems());
    }

    JobChanges changes(String name) {
        return new JobChanges(watcher -> jobs().withName(name).watch(watcher));
    }

    /**
     * Removes a Job and returns when none of its pods runs any more. A Job of the same name that was
     * created since stays.
     *
     * @param job as Kubernetes gave it
     */
    void remove(Job job) {
        String name = job.getMetadata().getName();
        delete(job);
        long end = System.nanoTime() + longestEnd.toNanos();
        while (true) {
            Optional<Job> now = find(name);
            // Another's is made after the last pod of this one has gone.
            boolean others = now.isPresent() && !isSame(now.get(), job);
            if (others || (now.isEmpty() && pods(name).stream().noneMatch(KubernetesJobs::runs))) {
                return;
            }
            if (System.nanoTime() > end) {
                throw ReadsException.about(
                        ErrorKind.UNAVAILABLE, name, "pods of the removed Job still run after " + longestEnd);
            }
            try {
                TimeUnit.MILLISECONDS.sleep(LOOK.toMillis());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw ReadsException.of(ErrorKind.CANCELLED, "interrupted", e);
            }
        }
    }

    private void delete(Job job) {
        String name = job.getMetadata().getName();
        DeleteOptions options = new DeleteOptionsBuilder()
                .withPropagationPolicy(DeletionPropagation.FOREGROUND.toString())
                .withNewPreconditions()
                .withUid(job.getMetadata().getUid())
                .endPreconditions()
                .build();
        try {
            // The client itself knows the precondition of a resource version alone, which changes with each pod.
            client.raw("/apis/batch/v1/namespaces/" + namespace + "/jobs/" + name, "DELETE", options);
        } catch (KubernetesClientException e) {
            if (e.getCode() != NOT_FOUND && e.getCode() != CONFLICT) {
                throw failure(name, e);
            }
        }
    }

    private static boolean isSame(Job one, Job other) {
        return Objects.equals(one.getMetadata().getUid(), other.getMetadata().getUid());
    }

    private static boolean runs(Pod pod) {
        return pod.getStatus() == null
                || !ENDED.contains(String.valueOf(pod.getStatus().getPhase()));
    }

    /**
     * Why a Job has failed: what a pod has reported that will not go away, else what any has, else what Kubernetes says.
     * A pod that was asked to end is no reason.
     */
    ReadsException failure(Job job, JobEnd end) {
        String name = job.getMetadata().getName();
        List<JobError> errors = pods(name).stream()
                .filter(pod -> pod.getStatus() != null)
                .flatMap(pod -> pod.getStatus().getContainerStatuses().stream()
                        .filter(container -> container.getState() != null
                                && container.getState().getTerminated() != null)
                        .map(container -> container.getState().getTerminated())
                        .filter(terminated -> terminated.getExitCode() != 0 && terminated.getExitCode() != TERMINATED)
                        .map(terminated -> error(pod, terminated)))
                .filter(error -> error.kind() != ErrorKind.CANCELLED)
                .toList();
        return errors.stream()
                .filter(error -> !error.isPassing())
                .findFirst()
                .or(() -> errors.stream().findFirst())
                .orElseGet(() -> JobError.of(ErrorKind.UNAVAILABLE, "Job " + name + " has failed: " + end.reason()))
                .toException();
    }

    private static JobError error(Pod pod, ContainerStateTerminated terminated) {
        return JobError.ofJson(String.valueOf(terminated.getMessage()))
                .orElseGet(() -> JobError.of(
                        ErrorKind.UNAVAILABLE,
                        "pod " + pod.getMetadata().getName() + " ended with exit code " + terminated.getExitCode()
                                + " (" + terminated.getReason() + "); kubectl logs has more, and OOMKilled or 3 (the"
                                + " heap is full) wants more memory in the template"));
    }

    private List<Pod> pods(String job) {
        return asked(
                job,
                () -> client.pods()
                        .inNamespace(namespace)
                        .withLabel(JOB_NAME, job)
                        .list()
                        .getItems());
    }

    private NonNamespaceOperation<Job, JobList, ScalableResource<Job>> jobs() {
        return client.batch().v1().jobs().inNamespace(namespace);
    }

    private static <T> T asked(String resource, Supplier<T> question) {
        try {
            return question.get();
        } catch (KubernetesClientException e) {
            throw failure(resource, e);
        }
    }

    private static ReadsException failure(String resource, KubernetesClientException e) {
        if (Thread.currentThread().isInterrupted()) {
            return ReadsException.of(ErrorKind.CANCELLED, "interrupted", e);
        }
        return switch (e.getCode()) {
            case 400, 404, 422 ->
                ReadsException.about(
                        ErrorKind.INVALID_INPUT,
                        resource,
                        "Kubernetes does not accept the Job (bams3.jobs.kubernetes-template): " + e.getMessage(),
                        e);
            case 401, 403 ->
                ReadsException.about(
                        ErrorKind.DENIED,
                        resource,
                        "the service account lacks rights on Jobs or pods (conversionJobs.enabled of the chart grants"
                                + " them): " + e.getMessage(),
                        e);
            default -> ReadsException.about(ErrorKind.UNAVAILABLE, resource, "the API of Kubernetes: " + said(e), e);
        };
    }

    /** Returns the message with those of all causes: the client's own does not say why a connection or certificate failed. */
    private static String said(KubernetesClientException e) {
        return Stream.<Throwable>iterate(e, Objects::nonNull, Throwable::getCause)
                .map(cause -> cause == e ? String.valueOf(e.getMessage()) : cause.toString())
                .collect(Collectors.joining(" < "));
    }

    @Override
    public void close() {
        client.close();
    }
}
