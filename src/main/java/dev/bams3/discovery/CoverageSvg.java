package dev.bams3.discovery;

import dev.bams3.query.Bins;
import dev.bams3.query.Coverage;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Depth as a small picture: one area, a scale, and what it shows in words. Takes its colour from where it stands. */
final class CoverageSvg {
    private static final int WIDTH = 800;
    private static final int HEIGHT = 140;
    private static final int TOP = 18;
    private static final int BOTTOM = 22;
    private static final int PLOT = HEIGHT - TOP - BOTTOM;

    private final CoverageDocument document;
    private final Coverage coverage;

    CoverageSvg(CoverageDocument document) {
        this.document = document;
        coverage = document.coverage();
    }

    byte[] toBytes() {
        Bins bins = coverage.bins();
        String place = document.referenceName() + ":" + grouped(bins.region().start() + 1L) + "-"
                + grouped(bins.region().end());
        String how = switch (coverage.source()) {
            case RECORDS -> "exact, from the records";
            case SUMMARY -> "exact, from the summary";
            case INDEX -> "estimated from the block index";
        };
        String title = escaped("Depth of " + document.id() + " over " + place + " (" + how + ")");
        String svg = """
                <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" \
                font-family="system-ui, sans-serif" font-size="11" color="#2563a8">
                <title>%s</title>
                <path d="%s" fill="currentColor" fill-opacity="%s" stroke="currentColor" stroke-width="0.6"/>
                <path d="M0 %d.5H%d" stroke="#8a8a8a" fill="none"/>
                <text x="2" y="12" fill="#8a8a8a">depth 0 to %s, mean %s (%s)</text>
                <text x="2" y="%d" fill="#8a8a8a">%s</text>
                </svg>
                """.formatted(
                        WIDTH,
                        HEIGHT,
                        WIDTH,
                        HEIGHT,
                        title,
                        area(bins),
                        coverage.exact() ? "0.75" : "0.35",
                        TOP + PLOT,
                        WIDTH,
                        number(coverage.maxDepth()),
                        number(coverage.meanDepth()),
                        how,
                        HEIGHT - 7,
                        escaped(place));
        return svg.getBytes(StandardCharsets.UTF_8);
    }

    private String area(Bins bins) {
        StringBuilder path = new StringBuilder("M0 " + (TOP + PLOT));
        double highest = Math.max(coverage.maxDepth(), 1e-9);
        for (int bin = 0; bin < bins.count(); bin++) {
            double y = TOP + PLOT * (1 - coverage.depth(bin) / highest);
            path.append(String.format(
                    Locale.ROOT,
                    "V%.1fH%.2f",
                    y,
                    WIDTH
                            * (double) (bins.edge(bin + 1) - bins.region().start())
                            / bins.region().length()));
        }
        return path.append('V').append(TOP + PLOT).append('Z').toString();
    }

    private static String grouped(long position) {
        return String.format(Locale.ROOT, "%,d", position);
    }

    private static String number(double depth) {
        return String.format(Locale.ROOT, depth < 10 ? "%.2f" : "%.0f", depth);
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '&' -> escaped.append("&amp;");
                case '"' -> escaped.append("&quot;");
                // What XML cannot hold.
                default -> escaped.appendCodePoint(c < 0x20 || c >= 0xD800 && c < 0xE000 || c >= 0xFFFE ? '?' : c);
            }
        });
        return escaped.toString();
    }
}
