package dev.bams3.access;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The caller of a request.
 *
 * @param name for the audit log and for limits: the subject of a token, `link:` and the id of a capability link, or
 *     `anonymous`
 * @param authenticated whether a token of the issuer says who it is
 * @param claims of that token as texts, lists one by one, objects by dotted paths (`realm_access.roles`)
 * @param visas that were verified, those whose conditions are not met included
 * @param link what a capability link grants; then nothing else counts
 */
public record Caller(
        String name,
        boolean authenticated,
        Map<String, List<String>> claims,
        List<Visa> visas,
        Optional<CapabilityLink> link) {
    public static final Caller ANONYMOUS = new Caller("anonymous", false, Map.of(), List.of(), Optional.empty());

    public Caller {
        claims = Map.copyOf(claims);
        visas = List.copyOf(visas);
    }

    public static Caller of(String subject, Map<String, List<String>> claims, List<Visa> visas) {
        return new Caller(subject, true, claims, visas, Optional.empty());
    }

    public static Caller of(CapabilityLink link, String linkId) {
        return new Caller("link:" + linkId, false, Map.of(), List.of(), Optional.of(link));
    }

    public boolean hasScope(String scope) {
        return claims.getOrDefault("scope", List.of()).contains(scope)
                || claims.getOrDefault("scp", List.of()).contains(scope);
    }
}
