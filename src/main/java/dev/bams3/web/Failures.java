package dev.bams3.web;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.htsget.HtsgetError;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.Ordered;
import org.springframework.http.HttpMethod;
import org.springframework.web.ErrorResponse;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/**
 * Answers every failure of an endpoint by the {@link ErrorWriter}, while that is still possible. After the first byte the
 * failure goes on to the server, which breaks the connection off.
 */
public final class Failures implements HandlerExceptionResolver, Ordered {
    private static final Logger LOG = LoggerFactory.getLogger(Failures.class);

    @Override
    public int getOrder() {
        // After what a firewall refuses whatever the path.
        return HIGHEST_PRECEDENCE + 1;
    }

    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception failure) {
        // An IOException means that the connection is broken: an answer would not arrive.
        if (response.isCommitted() || failure instanceof IOException) {
            return null;
        }
        RequestContext context = RequestContext.of(request);
        Optional<HtsgetError> late = context.late(failure);
        HtsgetError error = late.orElseGet(() -> error(request, response, failure));
        if (late.isPresent()) {
            LOG.warn("request {}: {}", context.requestId(), error.message());
        } else if (error.isOurs()) {
            log("request {} failed: {}", context, failure);
        }
        response.resetBuffer();
        try {
            ErrorWriter.write(error, request, response);
        } catch (IOException e) {
            LOG.debug("request {}: no connection to send its error to", context.requestId(), e);
        }
        return new ModelAndView();
    }

    /** The message of a failure that we detect says all; any other is a defect of ours, whose place in the code matters. */
    static void log(String message, RequestContext context, Throwable failure) {
        if (failure instanceof ReadsException known && known.kind() != ErrorKind.INTERNAL) {
            LOG.error(message, context.requestId(), failure.getMessage());
            LOG.debug(message, context.requestId(), failure.getMessage(), failure);
        } else {
            LOG.error(message, context.requestId(), failure.getMessage(), failure);
        }
    }

    private static HtsgetError error(HttpServletRequest request, HttpServletResponse response, Exception failure) {
        return switch (failure) {
            case ReadsException known ->
                RequestTarget.of(request).isAdmin() ? HtsgetError.ofAdmin(known) : HtsgetError.of(known);
            case ClientWatch.Gone gone -> HtsgetError.ofStatus(400, ClientWatch.CLOSED_BEFORE_THE_ANSWER);
            // Ours are read by QueryString; Springdoc's pages ask the server.
            case InvalidParameterException unreadable ->
                HtsgetError.ofStatus(400, "a parameter of the query cannot be decoded; percent-encode it as UTF-8");
            case HttpRequestMethodNotSupportedException method -> {
                // Of all paths below /datasets and /cohorts, POST is for one question alone.
                String here = AllowedMethods.of(RequestTarget.of(request));
                Stream<HttpMethod> supported = Stream.ofNullable(method.getSupportedHttpMethods())
                        .flatMap(Set::stream)
                        .filter(each -> each != HttpMethod.POST || here.contains(each.name()));
                String methods = Stream.concat(supported, Stream.of(HttpMethod.OPTIONS))
                        .map(HttpMethod::name)
                        .distinct()
                        .collect(Collectors.joining(", "));
                response.setHeader("Allow", methods);
                yield HtsgetError.ofStatus(405, "method " + method.getMethod() + " is not known here; use " + methods);
            }
            case ErrorResponse framework
            when framework.getStatusCode().value() == 404 ->
                HtsgetError.ofStatus(
                        404, "nothing is at this path; datasets are at /reads/{id} and /stream/reads/{id}");
            case ErrorResponse framework
            when framework.getStatusCode().is4xxClientError() ->
                HtsgetError.ofStatus(
                        framework.getStatusCode().value(),
                        String.valueOf(framework.getBody().getDetail()));
            default -> HtsgetError.internal();
        };
    }
}
