package dev.bams3.format;

import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.node.ObjectNode;

/**
 * A dataset to be refused.
 *
 * @param kind `corrupt` or `unsupported`
 * @param object that the error is about
 * @param field of the format that is wrong
 * @param objects that differ from those of the worked example
 */
record BrokenVector(String name, String kind, String object, String field, Map<String, byte[]> objects) {
    ObjectNode json() {
        ObjectNode json = VectorFiles.JSON.createObjectNode();
        json.put("name", name).put("kind", kind).put("object", object).put("field", field);
        ObjectNode replaced = json.putObject("objects");
        new TreeMap<>(objects)
                .forEach((key, bytes) -> replaced.put(key, Base64.getEncoder().encodeToString(bytes)));
        return json;
    }
}
