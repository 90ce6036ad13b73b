package dev.bams3.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.storage.DamageCheck;
import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.StoreUri;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a request may make the service read. */
class SourcePlacesTest {
    private static SourcePlaces places(String... roots) {
        return new SourcePlaces(
                Stream.of(roots)
                        .map(root -> StoreUri.parseSources("sources", root))
                        .toList(),
                new StoreUri.Bucket("store", ""),
                root -> new MemoryObjectStore(),
                new DamageCheck());
    }

    @Test
    void aWebServerIsReadBelowItsRootsAlone() {
        SourcePlaces places = places("https://data.example.org/open", "s3://bucket");
        assertThat(places.permitted("source", "https://data.example.org/open/a/x.bam?sig=1")
                        .withSecrets())
                .isEqualTo("https://data.example.org/open/a/x.bam?sig=1");
        assertThat(places.permitted("source", "s3://bucket/x.bam")).hasToString("s3://bucket/x.bam");
        assertThat(places.description()).isEqualTo("https://data.example.org/open, s3://bucket");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254/latest/meta-data/iam",
                "http://localhost:8081/actuator/env",
                "https://data.example.org/closed/x.bam?sig=s3cret",
                "https://data.example.org/open/../closed/x.bam?sig=s3cret",
                "https://data.example.org/open/%2e%2e/closed/x.bam?sig=s3cret",
                "https://data.example.org@evil.example/open/x.bam?sig=s3cret",
                "https://evil.example/open/x.bam#@data.example.org/open/?sig=s3cret",
                "http://data.example.org/open/x.bam?sig=s3cret",
                "gopher://data.example.org/open/x.bam"
            })
    void everyOtherAddressIsRefused(String address) {
        for (SourcePlaces places : List.of(places("https://data.example.org/open"), places(), places("s3://data"))) {
            assertThatThrownBy(() -> places.permitted("source", address))
                    .isInstanceOfSatisfying(ReadsException.class, e -> {
                        assertThat(e.kind()).isEqualTo(ErrorKind.INVALID_INPUT);
                        assertThat(e.field()).contains("source");
                        assertThat(e.getMessage()).doesNotContain("s3cret");
                    });
        }
    }
}
