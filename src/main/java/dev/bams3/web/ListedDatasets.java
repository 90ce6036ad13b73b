package dev.bams3.web;

import dev.bams3.access.Caller;
import dev.bams3.access.Grant;
import dev.bams3.dataset.DatasetId;
import dev.bams3.dataset.Datasets;
import dev.bams3.dataset.OpenDataset;
import dev.bams3.discovery.DatasetFigures;
import dev.bams3.discovery.DatasetList;
import dev.bams3.discovery.DatasetList.Entry;
import dev.bams3.discovery.ListRequest;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Makes pages of the datasets that a caller may see. A plain list opens no dataset. Figures and a search open those that
 * the caller may read whole, several at a time; one request looks at a bounded number of datasets, and its cursor leads on
 * from there.
 */
final class ListedDatasets {
    /** Datasets that one request with figures or a search looks at. */
    private static final int MOST_OPENED = 500;

    /** Datasets that are opened at the same time; each costs a GET when it is not cached. */
    private static final int TOGETHER = 8;

    /** Failures of one dataset, which do not keep others from being listed. */
    private static final Set<ErrorKind> OF_DATASET =
            EnumSet.of(ErrorKind.CORRUPT, ErrorKind.UNSUPPORTED_VERSION, ErrorKind.NOT_FOUND, ErrorKind.TOO_LARGE);

    private final Access access;
    private final Datasets datasets;

    ListedDatasets(Access access, Datasets datasets) {
        this.access = access;
        this.datasets = datasets;
    }

    /** Returns a page. Only datasets that the caller may see become its cursor or decide whether others follow. */
    DatasetList page(ListRequest wanted, Caller caller) {
        boolean opens = wanted.figures() || !wanted.search().isEmpty();
        int batch = opens ? Math.min(wanted.limit() + 1, MOST_OPENED) : wanted.limit() + 1;
        List<Entry> found = new ArrayList<>();
        Optional<DatasetId> last = Optional.empty();
        String after = wanted.after();
        int looked = 0;
        int hidden = 0;
        int passed = 0;
        List<DatasetId> listed;
        do {
            listed = datasets.list(wanted.prefix(), after, batch);
            List<DatasetId> shown =
                    listed.stream().filter(id -> access.shows(caller, id)).toList();
            List<Optional<Entry>> entries = opens ? opened(wanted, shown, caller) : unopened(shown);
            int place = 0;
            for (DatasetId id : listed) {
                if (place == shown.size() || !id.equals(shown.get(place))) {
                    passed++;
                    continue;
                }
                if (found.size() == wanted.limit() || (opens && looked == MOST_OPENED)) {
                    return list(wanted, found, last, hidden, caller);
                }
                entries.get(place++).ifPresent(found::add);
                last = Optional.of(id);
                looked++;
                // Those behind the last dataset of this page are counted with the next page.
                hidden = passed;
            }
            after = listed.isEmpty() ? after : listed.getLast().value();
        } while (listed.size() == batch);
        return list(wanted, found, Optional.empty(), passed, caller);
    }

    private DatasetList list(
            ListRequest wanted, List<Entry> found, Optional<DatasetId> next, int hidden, Caller caller) {
        OptionalInt known = access.countsHidden() ? OptionalInt.of(hidden) : OptionalInt.empty();
        return new DatasetList(wanted, found, next, access.showsAll(caller), known);
    }

    private static List<Optional<Entry>> unopened(List<DatasetId> ids) {
        return ids.stream()
                .map(id -> Optional.of(new Entry(id, Optional.empty())))
                .toList();
    }

    private List<Optional<Entry>> opened(ListRequest wanted, List<DatasetId> ids, Caller caller) {
        List<Future<Optional<Entry>>> results = new ArrayList<>();
        try (ExecutorService threads =
                Executors.newFixedThreadPool(TOGETHER, Thread.ofVirtual().factory())) {
            for (DatasetId id : ids) {
                Grant grant = access.grant(caller, id);
                results.add(threads.submit(() -> entry(wanted, id, grant)));
            }
            List<Optional<Entry>> entries = new ArrayList<>();
            for (Future<Optional<Entry>> result : results) {
                entries.add(taken(result));
            }
            return entries;
        } finally {
            results.forEach(result -> result.cancel(true));
        }
    }

    private static Optional<Entry> taken(Future<Optional<Entry>> result) {
        try {
            return result.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ReadsException.of(ErrorKind.CANCELLED, "the list was given up");
        }
    }

    private Optional<Entry> entry(ListRequest wanted, DatasetId id, Grant grant) {
        boolean named = id.value().toLowerCase(Locale.ROOT).contains(wanted.search());
        if (!named && !grant.isEverything()) {
            return Optional.empty();
        }
        if (!grant.isEverything() || (named && !wanted.figures())) {
            return Optional.of(new Entry(id, Optional.empty()));
        }
        try {
            OpenDataset dataset = datasets.open(id);
            if (!named && !DatasetFigures.mentions(dataset.metadata(), wanted.search())) {
                return Optional.empty();
            }
            return Optional.of(
                    new Entry(id, wanted.figures() ? Optional.of(DatasetFigures.of(dataset)) : Optional.empty()));
        } catch (ReadsException e) {
            if (!OF_DATASET.contains(e.kind())) {
                throw e;
            }
            return named ? Optional.of(new Entry(id, Optional.empty())) : Optional.empty();
        }
    }
}
