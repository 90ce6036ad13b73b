package dev.bams3.app;

import com.google.gson.JsonElement;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Ingress;
import io.kubernetes.client.openapi.models.V1Job;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1Pod;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Role;
import io.kubernetes.client.openapi.models.V1RoleBinding;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServiceAccount;
import io.kubernetes.client.openapi.models.V2HorizontalPodAutoscaler;
import java.io.IOException;
import java.util.Map;

/** The strict models of Kubernetes: they refuse unknown fields, wrong types and missing required fields by name. */
final class KubernetesModels {
    private static final Map<String, Model> MODELS = Map.ofEntries(
            Map.entry("apps/v1 Deployment", V1Deployment::validateJsonElement),
            Map.entry("batch/v1 Job", V1Job::validateJsonElement),
            Map.entry("v1 Service", V1Service::validateJsonElement),
            Map.entry("v1 Pod", V1Pod::validateJsonElement),
            Map.entry("v1 ServiceAccount", V1ServiceAccount::validateJsonElement),
            Map.entry("v1 ConfigMap", V1ConfigMap::validateJsonElement),
            Map.entry("networking.k8s.io/v1 Ingress", V1Ingress::validateJsonElement),
            Map.entry("networking.k8s.io/v1 NetworkPolicy", V1NetworkPolicy::validateJsonElement),
            Map.entry("policy/v1 PodDisruptionBudget", V1PodDisruptionBudget::validateJsonElement),
            Map.entry("autoscaling/v2 HorizontalPodAutoscaler", V2HorizontalPodAutoscaler::validateJsonElement),
            Map.entry("rbac.authorization.k8s.io/v1 Role", V1Role::validateJsonElement),
            Map.entry("rbac.authorization.k8s.io/v1 RoleBinding", V1RoleBinding::validateJsonElement));

    /** Kinds of other projects, of which there is no model: their tests compare the whole object. */
    private static final Map<String, Model> FOREIGN = Map.of(
            "monitoring.coreos.com/v1 PrometheusRule", json -> {},
            "monitoring.coreos.com/v1 ServiceMonitor", json -> {},
            "gateway.networking.k8s.io/v1 HTTPRoute", json -> {});

    private KubernetesModels() {}

    private interface Model {
        void validate(JsonElement json) throws IOException;
    }

    /** @throws IllegalArgumentException naming the field */
    static void validate(Chart.Manifest manifest) throws IOException {
        String type = manifest.at("apiVersion").getAsString() + " " + manifest.kind();
        Model model = MODELS.getOrDefault(type, FOREIGN.get(type));
        if (model == null) {
            throw new IllegalArgumentException("no model of " + type);
        }
        model.validate(manifest.json());
    }
}
