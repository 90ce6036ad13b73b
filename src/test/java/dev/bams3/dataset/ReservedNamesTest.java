package dev.bams3.dataset;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.error.ReadsException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("fast")
class ReservedNamesTest {
    @Test
    void namesOfCohortsAreRefused() {
        assertThatThrownBy(() -> ReservedNames.check("dataset", new DatasetId("cohort:trio")))
                .isInstanceOf(ReadsException.class)
                .hasMessageContaining("begins the names of cohorts");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "count",
                "a/coverage",
                "a/b/plan",
                "service-info",
                "a/service-info",
                "a.bai",
                "a/b.bam.bai",
                "b.csi",
                "b.crai",
                "b.vcf.tbi",
                "a.bams3/b"
            })
    void whatMeansSomethingElseIsRefused(String name) {
        DatasetId id = new DatasetId(name);
        assertThatThrownBy(() -> ReservedNames.check("dataset", id))
                .isInstanceOf(ReadsException.class)
                .hasMessageContaining(name)
                .hasMessageContaining("choose");
        assertThatThrownBy(() -> ReservedNames.checkPrefix("dataset", "folder/" + id.prefix()))
                .isInstanceOf(ReadsException.class)
                .hasMessageContaining(name);
    }

    @Test
    void everythingElseIsNot() {
        for (String name :
                List.of("counts", "count/a", "plan-1", "x.bam", "bai", "a.bams3", "service-info/x", "Plan")) {
            DatasetId id = new DatasetId(name);
            assertThatCode(() -> ReservedNames.check("dataset", id)).doesNotThrowAnyException();
            assertThatCode(() -> ReservedNames.checkPrefix("dataset", id.prefix()))
                    .doesNotThrowAnyException();
        }
        // Not named as a dataset of a service is.
        assertThatCode(() -> ReservedNames.checkPrefix("dataset", "folder/count"))
                .doesNotThrowAnyException();
    }
}
