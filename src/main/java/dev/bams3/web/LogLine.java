package dev.bams3.web;

import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.spi.LoggingEventBuilder;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.json.JsonFactory;

/** A line of a log: a text for people, and the same as fields {@code bams3.*} where the whole log is JSON. */
final class LogLine {
    private static final JsonFactory JSON = new JsonFactory();
    private static final String PREFIX = "bams3.";

    /** Texts and whole numbers. */
    private final Map<String, Object> fields = new LinkedHashMap<>();

    LogLine with(String name, String text) {
        fields.put(name, text);
        return this;
    }

    LogLine with(String name, long number) {
        fields.put(name, number);
        return this;
    }

    /** Logs {@code name=value} pairs. */
    void logPairs(Logger log) {
        log(
                log,
                fields.entrySet().stream()
                        .map(field -> field.getKey() + "=" + field.getValue())
                        .collect(Collectors.joining(" ")));
    }

    /** Logs an object of JSON. */
    void logObject(Logger log) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            fields.forEach((name, value) -> {
                if (value instanceof Long number) {
                    json.writeNumberProperty(name, number);
                } else {
                    json.writeStringProperty(name, value.toString());
                }
            });
            json.writeEndObject();
        }
        log(log, text.toString());
    }

    private void log(Logger log, String text) {
        LoggingEventBuilder event = log.atInfo();
        for (Map.Entry<String, Object> field : fields.entrySet()) {
            event = event.addKeyValue(PREFIX + field.getKey(), field.getValue());
        }
        event.log(text);
    }
}
