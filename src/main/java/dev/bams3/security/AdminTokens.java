package dev.bams3.security;

import dev.bams3.access.SecretTokens;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.htsget.HtsgetError;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Optional;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.AuthenticationManagerResolver;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.security.web.authentication.preauth.PreAuthenticatedAuthenticationToken;

/** Admits those with a secret token, or with a token of the issuer that has the scope. */
public final class AdminTokens implements AuthenticationManagerResolver<HttpServletRequest> {
    /** Judges tokens of the issuer. */
    public interface Issued {
        /**
         * The name of the bearer; empty for one without the scope.
         *
         * @throws dev.bams3.error.ReadsException UNAUTHENTICATED, UNAVAILABLE
         */
        Optional<String> admits(String token);
    }

    /** Thrown when a token cannot be verified now. */
    static final class IssuerUnavailable extends AuthenticationException {
        private final transient ReadsException failure;

        IssuerUnavailable(ReadsException failure) {
            super("the issuer of tokens does not answer", failure);
            this.failure = failure;
        }

        ReadsException failure() {
            return failure;
        }
    }

    /** The address has sent too many tokens that were not accepted. */
    static final class TooManyFailures extends AuthenticationException {
        private final transient HtsgetError refusal;

        TooManyFailures(HtsgetError refusal) {
            super(refusal.message());
            this.refusal = refusal;
        }

        HtsgetError refusal() {
            return refusal;
        }
    }

    private final SecretTokens secrets;
    private final Optional<Issued> issued;
    private final FailedAttempts attempts;

    /** @param issued absent: tokens of an issuer do not count */
    public AdminTokens(SecretTokens secrets, Optional<Issued> issued, FailedAttempts attempts) {
        this.secrets = secrets;
        this.issued = issued;
        this.attempts = attempts;
    }

    @Override
    public AuthenticationManager resolve(HttpServletRequest request) {
        return presented -> {
            String token = ((BearerTokenAuthenticationToken) presented).getToken();
            Optional<HtsgetError> refusal = attempts.refusal(ClientAddress.of(request), token);
            if (refusal.isPresent()) {
                throw new TooManyFailures(refusal.get());
            }
            try {
                Authentication authentication = authenticate(token);
                attempts.succeeded(token);
                return authentication;
            } catch (BadCredentialsException e) {
                attempts.failed(ClientAddress.of(request), token);
                throw e;
            }
        };
    }

    private Authentication authenticate(String token) {
        if (secrets.accepts(token)) {
            return authentication("admin-token", List.of(AdminGate.AUTHORITY));
        }
        if (issued.isEmpty()) {
            throw new BadCredentialsException("not the admin token");
        }
        try {
            return issued.get()
                    .admits(token)
                    .map(name -> authentication(name, List.of(AdminGate.AUTHORITY)))
                    .orElseGet(() -> authentication("without the scope", List.of()));
        } catch (ReadsException e) {
            if (e.kind() == ErrorKind.UNAVAILABLE) {
                throw new IssuerUnavailable(e);
            }
            throw new BadCredentialsException("not accepted", e);
        }
    }

    private static Authentication authentication(String name, List<String> authorities) {
        return new PreAuthenticatedAuthenticationToken(name, "", AuthorityUtils.createAuthorityList(authorities));
    }
}
