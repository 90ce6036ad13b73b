package dev.bams3.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.bams3.fixtures.Seed;
import dev.bams3.fixtures.Tool;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs that take the contract at its word: redocly checks it, schemathesis sends what it allows and what it does not, and a
 * client that openapi-python-client makes of it calls everything with defaults. Runs where {@code .ci/contract} has installed
 * them.
 */
class ContractToolsTest {
    private static final Path TOOLS = Path.of("target/clients/contract").toAbsolutePath();
    private static final Path CALLS = Path.of("src/test/clients/contract").toAbsolutePath();
    private static final Path CONTRACT = Path.of("openapi/openapi.json").toAbsolutePath();
    private static final String TOKEN = "a-token-of-thirty-two-characters";

    @TempDir
    private static Path folder;

    @BeforeAll
    static void requireTools() {
        assumeTrue(Files.isExecutable(TOOLS.resolve("bin/schemathesis")), ".ci/contract has not installed its tools");
    }

    /** A service with a demo dataset in a folder of its own, whose contract is in {@code openapi.json}. */
    private static RunningServer start(String name) throws IOException, InterruptedException {
        RunningServer server = RunningServer.start(
                "bams3.store=file:" + folder.resolve(name),
                "bams3.demo=true",
                "bams3.sources=file:" + folder.resolve("sources"),
                "bams3.admin.token=" + TOKEN,
                "bams3.link.key=" + TOKEN);
        try (HttpClient client = HttpClient.newHttpClient()) {
            client.send(
                    HttpRequest.newBuilder(URI.create(server.url("/v3/api-docs")))
                            .build(),
                    HttpResponse.BodyHandlers.ofFile(folder.resolve("openapi.json")));
        }
        return server;
    }

    private static Tool.Result run(String program, String... arguments) throws IOException {
        return Tool.run(folder, TOOLS.resolve(program).toString(), arguments);
    }

    private static void succeeds(Tool.Result result) {
        String output = result.output();
        assertThat(result.exit())
                .as(output.substring(Math.max(0, output.length() - 20_000)) + result.errors())
                .isZero();
    }

    @Test
    void redoclyFindsNothing() throws IOException {
        Tool.Result found = run("node_modules/.bin/redocly", "lint", CONTRACT.toString());
        succeeds(found);
        assertThat(found.output() + found.errors()).doesNotContain("rule.");
    }

    @Test
    void aGeneratedClientWorksWithItsDefaults() throws IOException, InterruptedException {
        try (RunningServer server = start("generated")) {
            succeeds(run(
                    "bin/openapi-python-client",
                    "generate",
                    "--path",
                    "openapi.json",
                    "--output-path",
                    "client",
                    "--meta",
                    "none",
                    "--config",
                    CALLS.resolve("config.yaml").toString()));
            Files.copy(CALLS.resolve("calls.py"), folder.resolve("calls.py"));
            Files.createDirectories(folder.resolve("generated/project"));
            succeeds(Tool.run(folder, "cp", "-r", "generated/demo.bams3", "generated/project/demo.bams3"));
            for (String id : List.of("demo", "project/demo")) {
                succeeds(run("bin/python", "calls.py", server.url(""), id, "chr1"));
            }
        }
    }

    /** Readers' operations, then those of the admin, which may remove the dataset. */
    @Test
    void schemathesisFindsNothing() throws IOException, InterruptedException {
        int seconds = Integer.parseInt(System.getenv().getOrDefault("BAMS3_TEST_CONTRACT_SECONDS", "15"));
        try (RunningServer server = start("schemathesis")) {
            schemathesis(server, seconds * 2 / 3, "--exclude-path-regex", "^/admin");
            // An event stream lasts until its conversion has ended.
            schemathesis(
                    server,
                    seconds / 3,
                    "--include-path-regex",
                    "^/admin",
                    "--exclude-path-regex",
                    "/events$",
                    "-H",
                    "Authorization: Bearer " + TOKEN);
        }
    }

    private static void schemathesis(RunningServer server, int seconds, String... selection) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "--config-file",
                CALLS.resolve("schemathesis.toml").toString(),
                "run",
                "openapi.json",
                "--url",
                server.url(""),
                "--max-time",
                Integer.toString(seconds),
                "--seed",
                Long.toString(Seed.draw() & Integer.MAX_VALUE),
                "--no-color",
                // That parameters depend on each other (start needs referenceName) is not to be said in OpenAPI.
                "--exclude-checks",
                "positive_data_acceptance",
                "--warnings",
                "off"));
        arguments.addAll(List.of(selection));
        succeeds(run("bin/schemathesis", arguments.toArray(String[]::new)));
    }
}
