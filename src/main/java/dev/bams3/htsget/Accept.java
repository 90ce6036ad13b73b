package dev.bams3.htsget;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An {@code Accept} header (RFC 9110 § 12.5.1), read leniently: what cannot be understood is passed over, because no
 * client of htsget is to be refused for its header.
 *
 * @param preferred media type of the highest quality, the first where several share it; lower case, no parameters
 * @param ticketVersion whether an htsget type is among the accepted ones, and which version of the protocol it names
 */
public record Accept(Optional<String> preferred, Optional<String> ticketVersion) {
    private static final Pattern TICKET = Pattern.compile(
            "application/vnd\\.ga4gh\\.htsget(?:\\.v(?<version>1\\.[0-9]{1,3}\\.[0-9]{1,3}))?(?:[.+].*)?");
    private static final Pattern QUALITY = Pattern.compile("(?i)\\s*q\\s*=\\s*(?<value>[01]?(?:\\.[0-9]{0,3})?)\\s*");

    /** @param headers values of the header, each a list; empty where there is none */
    public static Accept parse(List<String> headers) {
        Optional<String> preferred = Optional.empty();
        Optional<String> version = Optional.empty();
        double best = 0;
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
            Matcher ticket = TICKET.matcher(type);
            if (version.isEmpty() && ticket.matches()) {
                version =
                        Optional.of(Optional.ofNullable(ticket.group("version")).orElse(Ticket.VERSION));
            }
        }
        return new Accept(preferred, version);
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
