package dev.bams3.app;

import com.fasterxml.jackson.core.type.TypeReference;
import io.swagger.v3.core.util.Yaml;
import io.swagger.v3.oas.models.OpenAPI;
import io.swagger.v3.oas.models.Operation;
import io.swagger.v3.oas.models.PathItem;
import io.swagger.v3.oas.models.PathItem.HttpMethod;
import io.swagger.v3.oas.models.Paths;
import io.swagger.v3.oas.models.responses.ApiResponse;
import io.swagger.v3.oas.models.responses.ApiResponses;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.springdoc.core.customizers.OpenApiCustomizer;

/**
 * The contract at `/v3/api-docs`: which paths and methods there are is found in the endpoints, what they mean stands in
 * `openapi/*.yaml` beside the classes. What is described and not served is left out, and what is served and not described
 * is kept as it was found, so the difference shows; a test fails at either.
 *
 * <p>Endpoints take a rest of the path, because ids contain `/`, and ask its last segment what is wanted. A described path
 * therefore names in {@code x-served-as} the one that serves it.
 */
final class ApiContract implements OpenApiCustomizer {
    static final String SERVED_AS = "x-served-as";

    /** In the shared part: for a path, the names of what every operation below it may answer, by status. */
    private static final String ANSWERS = "x-answers";

    private static final List<String> PARTS = List.of("reads", "files", "datasets", "admin");
    private static final String SHARED = "shared";

    @Override
    public void customise(OpenAPI contract) {
        Paths found = contract.getPaths();
        Paths paths = new Paths();
        Map<String, PathItem> left = new TreeMap<>(found);
        for (String part : PARTS) {
            read(part).getPaths().forEach((path, item) -> {
                String served = servedAs(path, item);
                if (found.containsKey(served)) {
                    item.readOperationsMap().keySet().stream()
                            .filter(method -> !has(found.get(served), method))
                            .forEach(method -> item.operation(method, null));
                    item.setExtensions(null);
                    paths.addPathItem(path, item);
                    left.remove(served);
                }
            });
        }
        left.forEach((path, item) -> {
            // The same as GET, without the body.
            item.setHead(null);
            paths.addPathItem(path, item);
        });
        OpenAPI shared = read(SHARED);
        Map<String, Map<String, String>> answers =
                Yaml.mapper().convertValue(shared.getExtensions().get(ANSWERS), new TypeReference<>() {});
        paths.forEach((path, item) -> {
            String surface = path.startsWith("/admin/") ? "/admin" : "/";
            Map<String, String> ofSurface = Objects.requireNonNull(answers.get(surface), ANSWERS);
            item.readOperations().forEach(operation -> operation.setResponses(answers(operation, ofSurface)));
        });
        contract.info(shared.getInfo())
                .servers(shared.getServers())
                .tags(shared.getTags())
                .security(shared.getSecurity())
                .components(shared.getComponents())
                .paths(paths);
    }

    /** Returns what an operation says that it answers and, for other statuses, what all of its surface may, by status. */
    private static ApiResponses answers(Operation operation, Map<String, String> ofSurface) {
        Map<String, ApiResponse> all = new TreeMap<>();
        ofSurface.forEach((status, name) -> all.put(status, new ApiResponse().$ref(name)));
        all.putAll(operation.getResponses());
        ApiResponses sorted = new ApiResponses();
        sorted.putAll(all);
        return sorted;
    }

    private static boolean has(PathItem item, HttpMethod method) {
        Operation operation = item.readOperationsMap().get(method);
        return operation != null;
    }

    private static String servedAs(String path, PathItem item) {
        return item.getExtensions() == null
                ? path
                : String.valueOf(item.getExtensions().getOrDefault(SERVED_AS, path));
    }

    /** Every described path, as it is served, with its methods; for the test that nothing described is missing. */
    static Map<String, List<String>> described() {
        Map<String, List<String>> described = new TreeMap<>();
        for (String part : PARTS) {
            read(part)
                    .getPaths()
                    .forEach((path, item) -> described.put(
                            path,
                            item.readOperationsMap().keySet().stream()
                                    .map(Enum::name)
                                    .sorted()
                                    .toList()));
        }
        return described;
    }

    private static OpenAPI read(String part) {
        String name = "/openapi/" + part + ".yaml";
        try (InputStream in = ApiContract.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is missing in the jar");
            }
            return Yaml.mapper().readValue(in, OpenAPI.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
