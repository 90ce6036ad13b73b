package dev.bams3.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bams3.error.ReadsException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
