package dev.bams3.discovery;

import dev.bams3.htsget.HtsgetRequest;
import dev.bams3.sam.ReadSelection;
import dev.bams3.sam.RecordView;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The request to plan. The parameters are those of a stream, so that its query string can be moved from one to the other, but
 * for the level of compression, which changes nothing in a plan.
 *
 * @param selection which reads
 * @param view which of these, and which of their columns
 * @param allowed whether members of a cohort that the caller may not see are left out
 */
public record PlanRequest(ReadSelection selection, RecordView view, boolean allowed) {
    /**
     * Reads the parameters of a stream.
     *
     * @throws dev.bams3.error.ReadsException INVALID_INPUT, INVALID_RANGE or UNSUPPORTED_FORMAT, naming the parameter
     */
    public static PlanRequest parse(Map<String, List<String>> parameters) {
        HtsgetRequest request = HtsgetRequest.parse(parameters);
        if (!request.ignored().isEmpty()) {
            throw Parameters.unknown(new TreeSet<>(request.ignored()).getFirst(), HtsgetRequest.PARAMETERS);
        }
        request.refuseForm("a plan");
        return new PlanRequest(request.selection(), request.view(), request.allowed());
    }
}
