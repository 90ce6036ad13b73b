package dev.bams3.discovery;

import dev.bams3.dataset.DatasetId;
import dev.bams3.format.DepthBins;
import dev.bams3.query.Bins;
import dev.bams3.query.Coverage;

/**
 * Depth over a region, ready to be shown.
 *
 * @param id of the dataset
 * @param generation that was read
 * @param referenceName of the region
 * @param coverage what was found
 * @param showsWork whether the caller may know what was read for it
 */
public record CoverageDocument(
        DatasetId id, String generation, String referenceName, Coverage coverage, boolean showsWork) {
    private static final double PRECISION = 1000;

    /** The document in the form that was asked for, UTF-8. */
    public byte[] toBytes(CoverageRequest.Form form) {
        return switch (form) {
            case JSON -> toJson();
            case SVG -> new CoverageSvg(this).toBytes();
        };
    }

    private byte[] toJson() {
        Bins bins = coverage.bins();
        return Json.object(json -> {
            json.writeStringProperty("id", id.value());
            json.writeStringProperty("generation", generation);
            json.writeStringProperty("referenceName", referenceName);
            json.writeNumberProperty("start", bins.region().start());
            json.writeNumberProperty("end", bins.region().end());
            json.writeBooleanProperty("exact", coverage.exact());
            json.writeStringProperty("source", coverage.source().key());
            json.writeNumberProperty("records", coverage.records());
            if (showsWork) {
                json.writeNumberProperty("gets", coverage.gets());
                json.writeNumberProperty("bytesFetched", coverage.bytesFetched());
            }
            json.writeNumberProperty("meanDepth", rounded(coverage.meanDepth()));
            json.writeNumberProperty("maxDepth", rounded(coverage.maxDepth()));
            json.writeArrayPropertyStart("bins");
            for (int bin = 0; bin < bins.count(); bin++) {
                json.writeStartObject();
                json.writeNumberProperty("start", bins.edge(bin));
                json.writeNumberProperty("end", bins.edge(bin + 1));
                json.writeNumberProperty("bases", Math.round(coverage.bases()[bin]));
                json.writeNumberProperty("depth", rounded(coverage.depth(bin)));
                if (coverage.detail().isPresent()) {
                    DepthBins detail = coverage.detail().get();
                    json.writeNumberProperty("covered", detail.covered()[bin]);
                    json.writeNumberProperty("min", detail.min()[bin]);
                    json.writeNumberProperty("max", detail.max()[bin]);
                }
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    static double rounded(double depth) {
        return Math.round(depth * PRECISION) / PRECISION;
    }
}
