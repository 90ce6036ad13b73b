package dev.bams3.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.error.ReadsException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("fast")
class StoreUriTest {
    @Test
    void everySchemeIsRead() {
        assertThat(StoreUri.parse("store", "file:/data/x/")).isEqualTo(new StoreUri.Folder(Path.of("/data/x")));
        assertThat(StoreUri.parse("store", "file:///data/x")).isEqualTo(new StoreUri.Folder(Path.of("/data/x")));
        assertThat(StoreUri.parse("store", "file:./data")).isEqualTo(new StoreUri.Folder(Path.of("data")));
        assertThat(StoreUri.parse("store", "s3://bucket")).isEqualTo(new StoreUri.Bucket("bucket", ""));
        assertThat(StoreUri.parse("store", "s3://bucket/")).isEqualTo(new StoreUri.Bucket("bucket", ""));
        assertThat(StoreUri.parse("store", "s3://bucket/a/b/")).isEqualTo(new StoreUri.Bucket("bucket", "a/b"));
        assertThat(StoreUri.parse("store", "memory:")).isEqualTo(new StoreUri.Memory(""));
        assertThat(StoreUri.parse("store", "s3://bucket/a").resolve("b/c")).hasToString("s3://bucket/a/b/c");
        assertThat(StoreUri.parse("store", "file:/data").resolve("b/c")).hasToString("file:/data/b/c");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "data",
                "/data",
                "file:",
                "http://host/x",
                "s3:bucket",
                "s3://",
                "s3:///x",
                "s3://b*cket/x",
                "s3://bucket/a//b",
                "s3://bucket/../x",
                "s3://bucket/a\u0000",
                "file:a\u0000b",
                "S3://bucket"
            })
    void anythingElseIsRefusedWithTheFieldAndTheWayOut(String text) {
        assertThatThrownBy(() -> StoreUri.parse("BAMS3_STORE", text))
                .isInstanceOfSatisfying(
                        ReadsException.class,
                        failure -> assertThat(failure.field()).contains("BAMS3_STORE"));
    }

    @Test
    void anObjectIsItsStoreAndItsKey() {
        assertThat(ObjectUri.parse("source", "s3://bucket/a/b.bam"))
                .isEqualTo(new ObjectUri(new StoreUri.Bucket("bucket", ""), new ObjectKey("a/b.bam")));
        ObjectUri file = new ObjectUri(new StoreUri.Folder(Path.of("/data")), new ObjectKey("b c.bam"));
        assertThat(ObjectUri.parse("source", "/data/b c.bam")).isEqualTo(file).hasToString("file:/data/b c.bam");
        assertThat(ObjectUri.parse("source", "file:/data/x/../b c.bam")).isEqualTo(file);
        assertThat(ObjectUri.parse("source", "b.bam").root()).isEqualTo(new StoreUri.Folder(Path.of("")));
    }

    @Test
    void anAccessPointIsABucketByItsArn() {
        String arn = "arn:aws:s3:us-west-2:123456789012:accesspoint/reads";
        StoreUri.Bucket bucket = new StoreUri.Bucket(arn, "a/b");
        assertThat(StoreUri.parse("store", "s3://" + arn + "/a/b/"))
                .isEqualTo(bucket)
                .hasToString("s3://" + arn + "/a/b");
        assertThat(StoreUri.parse("store", "s3://" + arn.replace("accesspoint/", "accesspoint:") + "/a/b"))
                .isEqualTo(bucket);
        assertThat(StoreUri.parse("store", "s3://" + arn)).isEqualTo(new StoreUri.Bucket(arn, ""));
        assertThat(ObjectUri.parse("source", "s3://" + arn + "/a/b/c.bam"))
                .isEqualTo(new ObjectUri(new StoreUri.Bucket(arn, ""), new ObjectKey("a/b/c.bam")))
                .matches(object -> object.isUnder(bucket))
                .matches(object -> !object.isUnder(new StoreUri.Bucket(arn + "2", "")));
        // Of several regions: needs a signature that is not ours.
        assertThatThrownBy(() -> StoreUri.parse("store", "s3://arn:aws:s3::123456789012:accesspoint/x.mrap/a"))
                .hasMessageContaining("access point in a region");
    }

    @Test
    void anAddressOfAWebServerHasItsQueryButDoesNotShowIt() {
        ObjectUri object = ObjectUri.parse("source", "HTTPS://Data.Example.org:443/a%20b/x.bam?X-Amz-Signature=s3cret");
        assertThat(object)
                .isEqualTo(new ObjectUri(
                        new StoreUri.Web("https://data.example.org/a%20b", "X-Amz-Signature=s3cret"),
                        new ObjectKey("x.bam")))
                .hasToString("https://data.example.org/a%20b/x.bam");
        assertThat(ObjectUri.parse("source", object.withSecrets())).isEqualTo(object);
        assertThat(ObjectUri.parse("source", "http://h:8080/x.bam")).hasToString("http://h:8080/x.bam");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://",
                "https://h",
                "https://h/",
                "https://h/a/",
                "https://h/a/?x=y",
                "https:///a",
                "https://user:s3cret@h/a",
                "https://h/a#b",
                "https://h/a b",
                "https://h/../a",
                "https://h/%2e%2e/a",
                "https://h/.%2E;x/a",
                "https://h/a%2Fb",
                "https://h/a%5cb",
                "https://h/a%00",
                "https://h//a",
                "https://h/%zz",
                "https://h/a b?X-Amz-Signature=s3cret"
            })
    void whatIsNoFileOfAWebServerIsRefusedWithoutItsSecrets(String text) {
        assertThatThrownBy(() -> ObjectUri.parse("source", text))
                .isInstanceOfSatisfying(ReadsException.class, failure -> {
                    assertThat(failure.field()).contains("source");
                    if (text.contains("?")) {
                        assertThat(failure.getMessage()).doesNotContain("s3cret");
                    }
                });
    }

    @Test
    void aRootOfAWebServerHoldsWhatIsBelowItAndNothingElse() {
        StoreUri root = StoreUri.parseSources("sources", "https://data.example.org/open/");
        for (String inside : new String[] {"/open/x.bam", "/open/a/x.bam?sig=1", "/open"}) {
            assertThat(ObjectUri.parse("source", "https://Data.example.org" + inside)
                            .isUnder(root))
                    .as(inside)
                    .isTrue();
        }
        for (String outside : new String[] {
            "http://data.example.org/open/x.bam",
            "https://data.example.org:8443/open/x.bam",
            "https://data.example.org.evil.example/open/x.bam",
            "https://data.example.org/openx/x.bam",
            "https://data.example.org/x.bam",
            "s3://open/x.bam"
        }) {
            assertThat(ObjectUri.parse("source", outside).isUnder(root))
                    .as(outside)
                    .isFalse();
        }
        assertThat(StoreUri.parseSources("sources", "s3://bucket/a")).isEqualTo(new StoreUri.Bucket("bucket", "a"));
        assertThatThrownBy(() -> StoreUri.parseSources("sources", "https://h/a?b=c"))
                .hasMessageContaining("no query");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s3://bucket", "s3://bucket/", "s3://bucket/a/", "file:/", "/data/", "memory:"})
    void aFolderIsNoObject(String text) {
        assertThatThrownBy(() -> ObjectUri.parse("source", text)).isInstanceOf(ReadsException.class);
    }

    @Test
    void aPlaceHoldsWhatIsUnderItAndNothingElse() {
        ObjectUri object = ObjectUri.parse("source", "s3://bucket/runs/1/a.bam");
        assertThat(object.isUnder(StoreUri.parse("sources", "s3://bucket"))).isTrue();
        assertThat(object.isUnder(StoreUri.parse("sources", "s3://bucket/runs")))
                .isTrue();
        assertThat(object.isUnder(StoreUri.parse("sources", "s3://bucket/run"))).isFalse();
        assertThat(object.isUnder(StoreUri.parse("sources", "s3://bucket2"))).isFalse();
        assertThat(object.isUnder(StoreUri.parse("sources", "file:/bucket"))).isFalse();
        ObjectUri file = ObjectUri.parse("source", "/data/runs/../../etc/passwd");
        assertThat(file.isUnder(StoreUri.parse("sources", "file:/data"))).isFalse();
        assertThat(file.isUnder(StoreUri.parse("sources", "file:/etc"))).isTrue();
    }
}
