package dev.bams3.app;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** The Helm chart, rendered by Helm itself. */
final class Chart {
    static final Path FOLDER = Path.of("helm", "bams3-server");

    private static final Gson GSON = new GsonBuilder().serializeNulls().create();

    private final Path values;

    /** @param scratch folder for files of values */
    Chart(Path scratch) {
        values = scratch.resolve("values.yaml");
    }

    /** One rendered Kubernetes object. */
    record Manifest(JsonObject json) {
        String kind() {
            return json.get("kind").getAsString();
        }

        String name() {
            return at("metadata", "name").getAsString();
        }

        /** The element at a path of names and, for lists, positions. */
        JsonElement at(Object... path) {
            JsonElement element = json;
            for (Object step : path) {
                JsonElement next = step instanceof Integer position
                        ? element.getAsJsonArray().get(position)
                        : element.getAsJsonObject().get((String) step);
                if (next == null) {
                    throw new AssertionError("no " + step + " in " + element);
                }
                element = next;
            }
            return element;
        }

        @Override
        public String toString() {
            return kind() + " " + name();
        }
    }

    /** What `helm template` makes of the values, a YAML text; Helm's own failures are IllegalStateException. */
    List<Manifest> render(String yaml) throws IOException {
        Files.writeString(values, yaml);
        String text = new Helm(FOLDER)
                .template()
                .withName("reads")
                .withNamespace("genomes")
                .withKubeVersion("1.33.0")
                .withValuesFile(values)
                .call();
        List<Manifest> manifests = new ArrayList<>();
        for (Object document : yaml().loadAll(text)) {
            if (document != null) {
                manifests.add(new Manifest(GSON.toJsonTree(document).getAsJsonObject()));
            }
        }
        return manifests;
    }

    static LintResult lint() {
        return new Helm(FOLDER).lint().strict().call();
    }

    /** A YAML file of the chart as JSON. */
    static JsonObject file(String name) throws IOException {
        return parse(Files.readString(FOLDER.resolve(name))).getAsJsonObject();
    }

    static Manifest only(List<Manifest> manifests, String kind) {
        List<Manifest> found =
                manifests.stream().filter(it -> it.kind().equals(kind)).toList();
        if (found.size() != 1) {
            throw new AssertionError(found.size() + " of kind " + kind + " in " + manifests);
        }
        return found.getFirst();
    }

    /** The variables that the service's container sees; those of secrets are empty texts. */
    static Map<String, String> environment(List<Manifest> manifests) {
        Map<String, String> variables = new TreeMap<>();
        JsonObject container = container(manifests);
        String source = container
                .getAsJsonArray("envFrom")
                .get(0)
                .getAsJsonObject()
                .getAsJsonObject("configMapRef")
                .get("name")
                .getAsString();
        Manifest map = manifests.stream()
                .filter(it -> it.kind().equals("ConfigMap") && it.name().equals(source))
                .findFirst()
                .orElseThrow();
        map.at("data")
                .getAsJsonObject()
                .entrySet()
                .forEach(entry -> variables.put(entry.getKey(), entry.getValue().getAsString()));
        if (container.has("env")) {
            for (JsonElement element : container.getAsJsonArray("env")) {
                JsonObject variable = element.getAsJsonObject();
                String text = variable.has("value") ? variable.get("value").getAsString() : "";
                variables.put(variable.get("name").getAsString(), text);
            }
        }
        return variables;
    }

    static JsonObject container(List<Manifest> manifests) {
        return only(manifests, "Deployment")
                .at("spec", "template", "spec", "containers", 0)
                .getAsJsonObject();
    }

    /** YAML, of which JSON is a part. */
    static JsonElement parse(String yaml) {
        return GSON.toJsonTree(yaml().<Object>load(yaml));
    }

    private static Yaml yaml() {
        return new Yaml(new SafeConstructor(new LoaderOptions()));
    }
}
