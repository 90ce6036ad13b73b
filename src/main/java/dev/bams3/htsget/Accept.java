package dev.bams3.htsget;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An {@code Accept} header (RFC 9110 § 12.5.1), read leniently: what cannot be understood is passed over, because no
 * client of htsget is to be refused for its header.
 *
 * @param preferred media type of the highest quality, the first where several share it; lower case, no parameters
 * @param ticketVersion the version of the protocol that an answer names where an htsget type is among the accepted ones:
 *     the published one of the highest quality, the newest where several share it; absent where there is no htsget type
 */
public record Accept(Optional<String> preferred, Optional<String> ticketVersion) {
    private static final Pattern TICKET =
            Pattern.compile("application/vnd\\.ga4gh\\.htsget(?:\\.v(?<version>[0-9.]+))?(?:[.+].*)?");
    private static final Pattern QUALITY = Pattern.compile("(?i)\\s*q\\s*=\\s*(?<value>[01]?(?:\\.[0-9]{0,3})?)\\s*");

    /** @param headers values of the header, each a list; empty where there is none */
    public static Accept parse(List<String> headers) {
        Optional<String> preferred = Optional.empty();
        double best = 0;
        boolean ticket = false;
        Optional<String> version = Optional.empty();
        double bestVersion = 0;
        for (String range : ranges(headers)) {
            String[] parts = range.split(";", -1);
            String type = parts[0].strip().toLowerCase(Locale.ROOT);
            double quality = quality(parts);
            if (type.isEmpty() || quality == 0) {
                continue;
            }
            if (quality > best) {
                best = quality;
                preferred = Optional.of(type);
            }
            Matcher matcher = TICKET.matcher(type);
            if (matcher.matches()) {
                ticket = true;
                Optional<String> named = published(matcher.group("version"));
                if (named.isPresent()
                        && (quality > bestVersion || quality == bestVersion && isNewer(named.get(), version))) {
                    bestVersion = quality;
                    version = named;
                }
            }
        }
        return new Accept(preferred, ticket ? version.or(() -> Optional.of(Ticket.VERSION)) : Optional.empty());
    }

    /** The version, where there is a document of it. A type without a version is good for any. */
    private static Optional<String> published(@Nullable String version) {
        return version == null
                ? Optional.of(Ticket.VERSION)
                : Optional.of(version).filter(Ticket.PUBLISHED_VERSIONS::contains);
    }

    private static boolean isNewer(String version, Optional<String> than) {
        return Ticket.PUBLISHED_VERSIONS.indexOf(version)
                > than.map(Ticket.PUBLISHED_VERSIONS::indexOf).orElse(-1);
    }

    private static List<String> ranges(List<String> headers) {
        List<String> ranges = new ArrayList<>();
        headers.forEach(header -> ranges.addAll(List.of(header.split(","))));
        return ranges;
    }

    private static double quality(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            Matcher quality = QUALITY.matcher(parts[i]);
            if (quality.matches() && quality.group("value").matches(".*[0-9].*")) {
                return Double.parseDouble(quality.group("value"));
            }
        }
        return 1;
    }
}
