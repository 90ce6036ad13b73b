package dev.bams3.discovery;

import dev.bams3.htsget.HtsgetRequest;
import dev.bams3.sam.ReadSelection;
import dev.bams3.sam.RecordView;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A request to count reads.
 *
 * @param selection everything, one region, or the unplaced reads
 * @param view which of these
 * @param allowed whether members of a cohort that the caller may not see are left out
 */
public record CountRequest(ReadSelection selection, RecordView view, boolean allowed) {
    private static final Set<String> PARAMETERS = Set.of("referenceName", "start", "end");
    private static final String CRITERIA = "bams3.";

    /**
     * Reads a region, and the criteria that reads take.
     *
     * @throws dev.bams3.error.ReadsException INVALID_INPUT or INVALID_RANGE, naming the parameter
     */
    public static CountRequest parse(Map<String, List<String>> parameters) {
        Map<String, List<String>> own = new HashMap<>(parameters);
        own.keySet().removeIf(name -> name.startsWith(CRITERIA));
        var _ = new Parameters(own, PARAMETERS);
        HtsgetRequest request = HtsgetRequest.parse(parameters);
        request.refuseForm("a count");
        return new CountRequest(request.selection(), request.view(), request.allowed());
    }

    /** Whether every record counts, so that the metadata has the answer. */
    public boolean isEverything() {
        return selection instanceof ReadSelection.Everything && view.equals(RecordView.ALL);
    }
}
