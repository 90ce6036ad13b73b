package dev.bams3.app;

import com.google.gson.JsonElement;
import io.kubernetes.client.openapi.models.V1ConfigMap;
import io.kubernetes.client.openapi.models.V1Deployment;
import io.kubernetes.client.openapi.models.V1Ingress;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
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
    private static final Map<String, Model> MODELS = Map.of(
            "apps/v1 Deployment", V1Deployment::validateJsonElement,
            "v1 Service", V1Service::validateJsonElement,
            "v1 ServiceAccount", V1ServiceAccount::validateJsonElement,
            "v1 ConfigMap", V1ConfigMap::validateJsonElement,
            "networking.k8s.io/v1 Ingress", V1Ingress::validateJsonElement,
            "networking.k8s.io/v1 NetworkPolicy", V1NetworkPolicy::validateJsonElement,
            "policy/v1 PodDisruptionBudget", V1PodDisruptionBudget::validateJsonElement,
            "autoscaling/v2 HorizontalPodAutoscaler", V2HorizontalPodAutoscaler::validateJsonElement,
            "rbac.authorization.k8s.io/v1 Role", V1Role::validateJsonElement,
            "rbac.authorization.k8s.io/v1 RoleBinding", V1RoleBinding::validateJsonElement);

    /** Kinds of other projects, of which there is no model: their tests compare the whole object. */
    private static final Map<String, Model> FOREIGN = Map.of(
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
