package dev.bams3.web.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.app.RunningServer;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.fixtures.Bams;
import dev.bams3.fixtures.ForwardingObjectStore;
import dev.bams3.fixtures.RandomRecords;
import dev.bams3.fixtures.Wait;
import dev.bams3.storage.ObjectStore;
import dev.bams3.web.RawHttp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the admin surface answers where the store can only be read. */
class ReadOnlyStoreTest {
    private static final String TOKEN = "0123456789abcdef0123456789abcdef";

    @TempDir
    private Path folder;

    /** A store that takes writes until it is told not to, as a file system that is mounted again. */
    private static final class Mounted extends ForwardingObjectStore {
        private static final Set<Operation> WRITES =
                EnumSet.of(Operation.PUT, Operation.WRITE, Operation.COMPLETE, Operation.DELETE);

        private final AtomicBoolean readOnly;

        Mounted(ObjectStore delegate, AtomicBoolean readOnly) {
            super(delegate);
            this.readOnly = readOnly;
        }

        @Override
        protected <T> T around(Call call, Supplier<T> body) {
            if (readOnly.get() && WRITES.contains(call.operation())) {
                throw ReadsException.about(
                        ErrorKind.DENIED,
                        "file:/data/" + call.key(),
                        "the folder is on a read-only file system: mount it writable");
            }
            return body.get();
        }
    }

    private static RawHttp.Answer send(RunningServer server, String method, String path, String json)
            throws IOException {
        return RawHttp.sendBytes(
                server.port(),
                method + " " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
                        + TOKEN + "\r\nContent-Type: application/json\r\nContent-Length: "
                        + json.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n" + json);
    }

    private static void assertSaysSo(RawHttp.Answer answer) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(409);
        assertThat(answer.header("Content-Type").orElseThrow()).contains("problem+json");
        assertThat(answer.header("Retry-After")).isEmpty();
        assertThat(answer.body())
                .contains("the store refuses this", "read-only file system", "mount it writable")
                .doesNotContain("again");
    }

    @Test
    void everyWriteSaysThatTheStoreIsReadOnly() throws IOException {
        Path bam = Files.write(
                folder.resolve("a.bam"), Bams.file(RandomRecords.header(), new RandomRecords(1).sortedList(50)));
        String conversion = "{\"source\": \"file:" + bam + "\", \"dataset\": \"%s\"}";
        AtomicBoolean readOnly = new AtomicBoolean();
        try (RunningServer server = RunningServer.start(
                memory -> new Mounted(memory, readOnly),
                "bams3.admin.token=" + TOKEN,
                "bams3.sources=file:" + folder)) {
            assertThat(send(server, "POST", "/admin/conversions", conversion.formatted("a/one"))
                            .status())
                    .isEqualTo(202);
            Wait.until("it is converted", () -> {
                try {
                    return send(server, "GET", "/admin/conversions?state=SUCCEEDED", "")
                            .body()
                            .contains("a/one");
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            readOnly.set(true);
            assertSaysSo(send(server, "DELETE", "/admin/datasets/a/one", ""));
            assertSaysSo(send(server, "POST", "/admin/conversions", conversion.formatted("a/two")));
            assertThat(send(server, "DELETE", "/admin/datasets/a/none", "").status())
                    .isEqualTo(404);
            assertThat(send(server, "GET", "/admin/sweep", "").status()).isEqualTo(200);
            assertThat(send(server, "GET", "/stream/reads/a/one?format=SAM", "").status())
                    .isEqualTo(200);
            readOnly.set(false);
            assertThat(send(server, "DELETE", "/admin/datasets/a/one", "").status())
                    .isEqualTo(200);
        }
    }
}
