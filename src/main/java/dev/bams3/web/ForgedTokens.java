package dev.bams3.web;

import dev.bams3.htsget.HtsgetError;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;

/** Counts the tokens in addresses that this service did not sign, by the client that sent them. */
@FunctionalInterface
public interface ForgedTokens {
    /**
     * Counts one more.
     *
     * @return the answer to a client that has sent too many; else that of the endpoint applies
     */
    Optional<HtsgetError> count(HttpServletRequest request, String token);
}
