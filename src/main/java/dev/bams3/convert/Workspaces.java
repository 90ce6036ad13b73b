package dev.bams3.convert;

import dev.bams3.format.DatasetMetadata;
import java.util.Optional;
import java.util.concurrent.ExecutorService;

/**
 * The two workspaces of a request: a source in coordinate order is converted in one, a source that has to be sorted in the
 * other. A plan in the latter says that the records were found out of order, and holds for every later run.
 */
record Workspaces(Workspace inOrder, Workspace sorting) {
    static Workspaces of(String program, ConversionRequest request, ExecutorService waiting) {
        return new Workspaces(
                Workspace.of(program, request, false, waiting), Workspace.of(program, request, true, waiting));
    }

    /** Returns the plan that holds: the one of sorting, once that was found to be needed. */
    Optional<ConversionPlan> plan() {
        return sorting.plan().or(inOrder::plan);
    }

    /** Returns the workspace of a plan. */
    Workspace of(ConversionPlan plan) {
        return plan.sorting() ? sorting : inOrder;
    }

    /** Returns the dataset, if it was published from one of them. */
    Optional<DatasetMetadata> published() {
        return inOrder.published().or(sorting::published);
    }

    /** Removes everything in both, unless it is published or that cannot be found out. */
    void removeAll() {
        inOrder.removeAll();
        sorting.removeAll();
    }
}
