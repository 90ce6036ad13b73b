package dev.bams3.web;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Says which methods there are (RFC 9110 § 9.3.7 and 10.2.1, 2022-06). The endpoints know theirs; this filter answers for the
 * service as a whole, {@code OPTIONS *}, and for requests that the server refuses before an endpoint is found.
 */
public final class AllowedMethods extends HttpFilter {
    private static final String ALLOW = "Allow";
    private static final String EVERYWHERE = "GET, HEAD, POST, PUT, DELETE, OPTIONS";

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (!request.getMethod().equals("OPTIONS")) {
            chain.doFilter(request, response);
        } else if (RequestContext.of(request).isForServer()) {
            response.setHeader(ALLOW, EVERYWHERE);
            response.setContentLength(0);
        } else {
            chain.doFilter(request, new WithoutEmptyHeaders(response, RequestTarget.of(request)));
        }
    }

    /** Returns the methods of a place, for a 405 that does not come from an endpoint. */
    static String of(RequestTarget target) {
        if (target.isAdmin()) {
            return "GET, POST, PUT, DELETE, OPTIONS";
        }
        if (target.isIn("/links")) {
            return "POST, OPTIONS";
        }
        return isTable(target) || target.isIn("/reads") || target.isIn("/stream/reads")
                ? "GET, HEAD, POST, OPTIONS"
                : "GET, HEAD, OPTIONS";
    }

    /** One question about datasets and one about cohorts may have too many regions for an address. */
    private static boolean isTable(RequestTarget target) {
        return target.isIn("/datasets") && target.path().endsWith("/coverage")
                || target.isIn("/cohorts") && target.path().endsWith("/count");
    }

    /** Spring answers OPTIONS with an {@code Accept-Patch} also where nothing can be patched. */
    private static final class WithoutEmptyHeaders extends HttpServletResponseWrapper {
        private final RequestTarget target;

        WithoutEmptyHeaders(HttpServletResponse response, RequestTarget target) {
            super(response);
            this.target = target;
        }

        @Override
        public void addHeader(String name, @Nullable String value) {
            if (!"".equals(value)) {
                super.addHeader(name, ofPlace(name, value));
            }
        }

        @Override
        public void setHeader(String name, @Nullable String value) {
            if (!"".equals(value)) {
                super.setHeader(name, ofPlace(name, value));
            }
        }

        /** The endpoints of all paths below /datasets and /cohorts have POST, each for one question alone. */
        private @Nullable String ofPlace(String name, @Nullable String value) {
            return name.equals(ALLOW) && (target.isIn("/datasets") || target.isIn("/cohorts")) ? of(target) : value;
        }
    }
}
