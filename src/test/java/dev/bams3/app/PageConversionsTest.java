package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bams3.fixtures.ForwardingObjectStore;
import dev.bams3.genome.Reference;
import dev.bams3.simulate.SimulationOptions;
import dev.bams3.simulate.Simulator;
import dev.bams3.storage.ObjectStore;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.support.ui.ExpectedConditions;

/** Conversions on the page: for whom has the token, while they run and when they have ended. */
class PageConversionsTest {
    private static final String TOKEN = "a-token-of-thirty-two-characters";

    @TempDir
    private Path folder = Path.of("set by JUnit");

    private final CountDownLatch released = new CountDownLatch(1);
    private PageBrowser page;
    private RunningServer server;

    /** Lets nothing of the dataset `held` be written until it is told to. */
    private static final class HoldingStore extends ForwardingObjectStore {
        private final CountDownLatch released;

        HoldingStore(ObjectStore delegate, CountDownLatch released) {
            super(delegate);
            this.released = released;
        }

        @Override
        protected <T> T around(Call call, Supplier<T> body) {
            boolean writes = call.operation() == Operation.PUT || call.operation() == Operation.COMPLETE;
            if (writes && call.key().startsWith("held.bams3/")) {
                try {
                    released.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return body.get();
        }
    }

    @BeforeEach
    void start() throws IOException {
        page = PageBrowser.start(folder);
        server = RunningServer.start(
                store -> new HoldingStore(store, released),
                "bams3.store=file:" + folder.resolve("store"),
                "bams3.sources=file:" + folder,
                "bams3.admin.token=" + TOKEN,
                "bams3.jobs.heartbeat=100ms");
        try (ExecutorService cpu = Executors.newFixedThreadPool(2);
                OutputStream bam = Files.newOutputStream(folder.resolve("held.bam"))) {
            new Simulator(cpu, 1).simulate(SimulationOptions.illumina(1, List.of(new Reference("chr1", 20_000))), bam);
        }
    }

    @AfterEach
    void stop() {
        released.countDown();
        if (page != null) {
            page.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @Test
    void theyAreShownToWhomHasTheTokenFromTheirStartToTheirEnd() throws Exception {
        submit("held.bam", "held");
        page.open(server.url("/"));
        page.untilText("#list-state", "There is no dataset yet");
        page.screenshot("empty");

        page.until("#token");
        page.patience().until(ExpectedConditions.invisibilityOfElementLocated(By.cssSelector("#jobs li")));
        page.write("#token", "b-token-of-thirty-two-characters", Keys.ENTER);
        page.until("#conversions-state.bad");
        page.write("#token", TOKEN, Keys.ENTER);

        page.untilText("#jobs li", "held running");
        page.untilAttribute("#jobs progress", "aria-label", "Progress of held");
        page.patience().until(ExpectedConditions.invisibilityOfElementLocated(By.id("admin-token")));
        page.screenshot("running");

        released.countDown();
        page.untilText("#jobs li", "held succeeded");
        page.patience().until(ExpectedConditions.invisibilityOfElementLocated(By.cssSelector("#jobs progress")));
        // The list has it now, without another look at the page.
        page.untilText("#datasets a", "held");
        page.click("#jobs a");
        page.untilText("h1", "held");
        page.until(".coverage svg");
        page.screenshot("converted");
    }

    @Test
    void whatRunsStandsBeforeAnyNumberThatWait() throws Exception {
        submit("held.bam", "held");
        for (int i = 0; i < 25; i++) {
            submit("held.bam", "waits-" + i);
        }
        page.open(server.url("/"));
        page.write("#token", TOKEN, Keys.ENTER);
        page.untilText("#jobs li:first-child", "held running");
        page.untilText("#jobs li:nth-child(2)", "waits-24 queued");
        page.screenshot("queue");
    }

    @Test
    void theFocusStaysWhereItIsWhileAConversionRuns() throws Exception {
        submit("held.bam", "done");
        page.open(server.url("/"));
        page.write("#token", TOKEN, Keys.ENTER);
        page.untilText("#jobs li", "done succeeded");
        submit("held.bam", "held");
        page.untilText("#jobs li:first-child", "held running");
        page.script("document.querySelector('#jobs a').focus()");
        released.countDown();
        page.untilText("#jobs li:first-child", "held succeeded");
        assertThat(page.script("return document.activeElement.textContent")).isEqualTo("done");
    }

    @Test
    void oneThatFailsSaysWhy() throws Exception {
        byte[] whole = Files.readAllBytes(folder.resolve("held.bam"));
        byte[] broken = whole.clone();
        broken[whole.length / 2] ^= 0x55;
        Files.write(folder.resolve("broken.bam"), broken);
        submit("broken.bam", "broken");
        page.open(server.url("/"));
        page.write("#token", TOKEN, Keys.ENTER);
        page.untilText("#jobs li", "broken failed");
        page.untilText("#jobs p.failed", "byte");
        page.screenshot("failed");
    }

    @Test
    void oneIsStartedCancelledAndRetriedOnThePage() throws Exception {
        page.open(server.url("/"));
        page.write("#token", TOKEN, Keys.ENTER);
        page.write("#convert-source", "file:" + folder.resolve("nothing.bam"));
        page.write("#convert-dataset", "made", Keys.ENTER);
        page.untilText("#conversions-problem.bad", "nothing.bam");

        page.write("#convert-source", "file:" + folder.resolve("held.bam"));
        page.write("#convert-dataset", "held", Keys.ENTER);
        page.untilText("#jobs li", "held running");
        page.patience().until(ExpectedConditions.invisibilityOfElementLocated(By.id("conversions-problem")));
        page.click("#jobs [data-does=cancel]");
        released.countDown();
        page.untilText("#jobs li", "held cancelled");

        page.click("#jobs [data-does=retry]");
        page.untilText("#jobs li", "held succeeded");
        page.untilText("#datasets a", "held");
        page.screenshot("retried");
    }

    private void submit(String source, String dataset) throws Exception {
        String body = "{\"source\": \"file:%s\", \"dataset\": \"%s\"}".formatted(folder.resolve(source), dataset);
        try (HttpClient client = HttpClient.newHttpClient()) {
            var answer = client.send(
                    HttpRequest.newBuilder(URI.create(server.url("/admin/conversions")))
                            .header("Authorization", "Bearer " + TOKEN)
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        }
    }
}
