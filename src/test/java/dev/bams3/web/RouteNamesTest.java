package dev.bams3.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.app.RunningServer;
import dev.bams3.bam.BamIndexEncoder;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.ReservedNames;
import dev.bams3.discovery.DatasetPath;
import dev.bams3.error.ReadsException;
import dev.bams3.files.FileName;
import dev.bams3.storage.MemoryObjectStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** No dataset can be made under a name that a route has beside those of datasets. */
class RouteNamesTest {
    private static final Pattern BESIDE_DATASETS = Pattern.compile("/(?:stream/)?(?:reads|files|datasets)/([^{]+)");

    private static void refused(String id) {
        assertThatThrownBy(() -> ReservedNames.check("dataset", new DatasetId(id)))
                .as(id)
                .isInstanceOf(ReadsException.class);
    }

    @Test
    void everyRouteBesideDatasetsIsReserved() {
        List<String> found = new ArrayList<>();
        try (RunningServer server = RunningServer.start()) {
            server.bean(RequestMappingHandlerMapping.class)
                    .getHandlerMethods()
                    .keySet()
                    .forEach(mapping -> mapping.getPatternValues().forEach(pattern -> {
                        Matcher beside = BESIDE_DATASETS.matcher(pattern);
                        if (beside.matches()) {
                            found.add(beside.group(1));
                            refused(beside.group(1));
                        }
                    }));
        }
        assertThat(found).contains("service-info");
    }

    /** Datasets of such names, which an earlier release made. */
    @Test
    void whatIsListedUnderSuchANameCanBeReached() throws Exception {
        List<String> ids = List.of(
                "a/plan", "a/service-info", "count", "coverage", "old.bai", "old.csi", "plan", "service-info", "z");
        MemoryObjectStore store = new MemoryObjectStore();
        ids.forEach(id -> ServedReads.convert(store, ServedReads.simulate(), id));
        try (RunningServer server = RunningServer.start(_ -> store)) {
            JsonNode listed = json(server, "/datasets").get("datasets");
            assertThat(listed.valueStream().map(one -> one.get("id").stringValue()))
                    .containsExactlyElementsOf(ids);
            for (JsonNode one : listed) {
                String id = one.get("id").stringValue();
                JsonNode description = json(server, one.get("dataset").stringValue());
                assertThat(description.path("id").asString()).isEqualTo(id);
                assertThat(description.has("references")).as(id).isTrue();
                if (one.has("reads")) {
                    assertThat(one.has("file")).as(id).isFalse();
                    JsonNode ticket = json(server, one.get("reads").stringValue() + "?class=header");
                    assertThat(ticket.path("htsget").path("format").asString())
                            .as(id)
                            .isEqualTo("BAM");
                } else {
                    assertThat(one.get("note").stringValue()).contains("copy");
                    RawHttp.Answer file = RawHttp.send(
                            server.port(), "GET " + one.get("file").stringValue() + " HTTP/1.1\r\nRange: bytes=0-3");
                    assertThat(file.status()).as(id).isEqualTo(206);
                }
            }
            assertThat(listed.valueStream()
                            .filter(one -> one.has("file"))
                            .map(one -> one.get("id").stringValue()))
                    .containsExactly("old.bai", "old.csi", "service-info");
        }
    }

    @Test
    void noLinkLeadsToSuchAName() {
        assertThatThrownBy(() -> ReservedNames.checkReads("dataset", new DatasetId("service-info")))
                .isInstanceOf(ReadsException.class)
                .hasMessageContaining("service-info");
        ReservedNames.checkReads("dataset", new DatasetId("a/service-info"));
    }

    private static JsonNode json(RunningServer server, String path) throws IOException {
        RawHttp.Answer answer = RawHttp.send(server.port(), "GET " + path + " HTTP/1.1");
        assertThat(answer.status()).as(path + ": " + answer.body()).isEqualTo(200);
        return JsonMapper.shared().readTree(answer.body());
    }

    @Test
    void everyQuestionAndFileIs() {
        for (DatasetPath.Kind kind : DatasetPath.Kind.values()) {
            if (kind != DatasetPath.Kind.DESCRIPTION) {
                String segment = kind.name().toLowerCase(Locale.ROOT);
                assertThat(DatasetPath.parse("/a/" + segment).kind()).isEqualTo(kind);
                refused("a/" + segment);
            }
        }
        for (BamIndexEncoder.Form form : BamIndexEncoder.Form.values()) {
            String suffix = "." + form.name().toLowerCase(Locale.ROOT);
            assertThat(FileName.parse("a" + suffix).kind().index()).contains(form);
            refused("a" + suffix);
        }
        // A dataset of this name has the file x.bam.bam.
        assertThat(FileName.parse("x.bam.bam").id().value()).isEqualTo("x.bam");
    }
}
