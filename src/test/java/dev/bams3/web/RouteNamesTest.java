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
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;

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
            assertThat(FileName.parse("a" + suffix).index()).contains(form);
            refused("a" + suffix);
        }
        // A dataset of this name has the file x.bam.bam.
        assertThat(FileName.parse("x.bam.bam").id().value()).isEqualTo("x.bam");
    }
}
