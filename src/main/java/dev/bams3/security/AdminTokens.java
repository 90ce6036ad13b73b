package dev.bams3.security;

import dev.bams3.access.SecretTokens;
import java.util.List;
import java.util.Optional;
import org.springframework.security.authentication.AuthenticationManager;
import org.springframework.security.authentication.BadCredentialsException;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.security.web.authentication.preauth.PreAuthenticatedAuthenticationToken;

/** Admits those with a secret token, or with a token of the issuer that has the scope. */
public final class AdminTokens implements AuthenticationManager {
    private final SecretTokens secrets;
    private final Optional<AuthenticationManager> issued;

    /** @param issued judges tokens of the issuer and gives {@link AdminGate#AUTHORITY} to those with the scope */
    public AdminTokens(SecretTokens secrets, Optional<AuthenticationManager> issued) {
        this.secrets = secrets;
        this.issued = issued;
    }

    @Override
    public Authentication authenticate(Authentication presented) {
        String token = ((BearerTokenAuthenticationToken) presented).getToken();
        if (secrets.accepts(token)) {
            return new PreAuthenticatedAuthenticationToken(
                    "admin-token", "", AuthorityUtils.createAuthorityList(List.of(AdminGate.AUTHORITY)));
        }
        return issued.orElseThrow(() -> new BadCredentialsException("not the admin token"))
                .authenticate(presented);
    }
}
