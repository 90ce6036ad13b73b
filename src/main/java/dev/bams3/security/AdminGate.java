package dev.bams3.security;

import dev.bams3.htsget.HtsgetError;
import dev.bams3.web.ErrorWriter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.authentication.preauth.PreAuthenticatedAuthenticationToken;
import org.springframework.security.web.context.RequestAttributeSecurityContextRepository;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * The first filter of the admin surface: refuses everything where it is off, and lets local programs in where it is open to
 * them. Where it asks for tokens, the filters after this one do.
 */
public final class AdminGate extends OncePerRequestFilter {
    /** The authority in the {@link org.springframework.security.core.Authentication} of an admitted caller. */
    public static final String AUTHORITY = "ADMIN";

    private static final String OFF = "the admin surface is off; set BAMS3_ADMIN_TOKEN (or BAMS3_ADMIN_TOKEN_FILE) to a"
            + " secret of 32 characters or more and send it as 'Authorization: Bearer ...'";

    private final AdminMode mode;

    public AdminGate(AdminMode mode) {
        this.mode = mode;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        switch (mode) {
            case OFF -> ErrorWriter.write(HtsgetError.ofStatus(404, OFF), request, response);
            case LOOPBACK -> {
                Optional<String> objection = LocalRequest.objection(request);
                if (objection.isPresent()) {
                    String message =
                            "the admin surface has no token, so " + objection.get() + "; set BAMS3_ADMIN_TOKEN";
                    ErrorWriter.write(HtsgetError.ofStatus(403, message), request, response);
                    return;
                }
                admit(request, response);
                chain.doFilter(request, response);
            }
            case TOKEN -> chain.doFilter(request, response);
        }
    }

    private static void admit(HttpServletRequest request, HttpServletResponse response) {
        SecurityContext context = SecurityContextHolder.createEmptyContext();
        context.setAuthentication(new PreAuthenticatedAuthenticationToken(
                "loopback", "", AuthorityUtils.createAuthorityList(List.of(AUTHORITY))));
        SecurityContextHolder.setContext(context);
        // For what goes on after this dispatch, such as server-sent events.
        new RequestAttributeSecurityContextRepository().saveContext(context, request, response);
    }
}
