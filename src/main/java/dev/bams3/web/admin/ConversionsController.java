package dev.bams3.web.admin;

import dev.bams3.error.ReadsException;
import dev.bams3.htsget.QueryString;
import dev.bams3.jobs.Job;
import dev.bams3.jobs.JobId;
import dev.bams3.jobs.JobRequest;
import dev.bams3.jobs.JobState;
import dev.bams3.jobs.Jobs;
import dev.bams3.web.Requests;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;

/** Submits, shows, cancels and retries conversions. */
@Controller
public final class ConversionsController {
    static final String PATH = "/admin/conversions";

    private static final Set<String> PARAMETERS = Set.of("state", "dataset", "after", "limit");
    private static final int USUAL_LIMIT = 100;
    private static final int MAX_LIMIT = 1000;

    private final Jobs jobs;
    private final ConversionEvents events;

    /** @param look how often event streams ask the store for what other replicas wrote */
    public ConversionsController(Jobs jobs, Duration look) {
        this.jobs = jobs;
        this.events = new ConversionEvents(jobs, look);
    }

    /** Ends the event streams, as the server is to stop. */
    public void stop() {
        events.stop();
    }

    @PostMapping(PATH)
    ResponseEntity<byte[]> submit(HttpServletRequest request, HttpServletResponse response) throws IOException {
        Requests.requireJson(request, response);
        JobRequest wanted = ConversionBody.parse(request.getInputStream().readNBytes(ConversionBody.MAX_BYTES + 1));
        Job job = jobs.submit(wanted, Optional.ofNullable(request.getHeader("Idempotency-Key")));
        return accepted(job);
    }

    @GetMapping(PATH)
    ResponseEntity<byte[]> list(HttpServletRequest request) {
        Map<String, List<String>> parameters = QueryString.parse(request.getQueryString());
        for (String name : parameters.keySet()) {
            if (!PARAMETERS.contains(name)) {
                throw ReadsException.invalidInput(
                        name, "means nothing here; known are after, dataset, limit and state");
            }
        }
        return AdminAnswers.json(200)
                .body(JobJson.of(jobs.list(
                        one(parameters, "state").map(ConversionsController::state),
                        one(parameters, "dataset"),
                        one(parameters, "after"),
                        one(parameters, "limit")
                                .map(ConversionsController::limit)
                                .orElse(USUAL_LIMIT))));
    }

    private static Optional<String> one(Map<String, List<String>> parameters, String name) {
        List<String> values = parameters.getOrDefault(name, List.of());
        if (values.size() > 1) {
            throw ReadsException.invalidInput(name, "stands more than once");
        }
        return values.stream().findFirst();
    }

    private static JobState state(String text) {
        return Arrays.stream(JobState.values())
                .filter(state -> state.name().equals(text.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() ->
                        ReadsException.invalidInput("state", "is not one of " + Arrays.toString(JobState.values())));
    }

    private static int limit(String text) {
        if (!text.matches("[0-9]{1,4}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > MAX_LIMIT) {
            throw ReadsException.invalidInput("limit", "is not a whole number from 1 to " + MAX_LIMIT);
        }
        return Integer.parseInt(text);
    }

    @GetMapping(PATH + "/{id}")
    ResponseEntity<byte[]> get(@PathVariable String id) {
        return AdminAnswers.json(200).body(JobJson.of(jobs.get(new JobId(id))));
    }

    @DeleteMapping(PATH + "/{id}")
    ResponseEntity<byte[]> cancel(@PathVariable String id) {
        Job job = jobs.cancel(new JobId(id));
        return AdminAnswers.json(job.state().isFinal() ? 200 : 202).body(JobJson.of(job));
    }

    @PostMapping(PATH + "/{id}/retry")
    ResponseEntity<byte[]> retry(@PathVariable String id) {
        return accepted(jobs.retry(new JobId(id)));
    }

    @GetMapping(PATH + "/{id}/events")
    void events(@PathVariable String id, HttpServletRequest request, HttpServletResponse response) throws IOException {
        String last = request.getHeader("Last-Event-ID");
        // Any other id did not come from here.
        long seen = last != null && last.matches("[0-9]{1,18}") ? Long.parseLong(last) : 0;
        events.write(new JobId(id), seen, response);
    }

    private static ResponseEntity<byte[]> accepted(Job job) {
        return AdminAnswers.json(202).header("Location", PATH + "/" + job.id()).body(JobJson.of(job));
    }
}
