package dev.bams3.convert;

import dev.bams3.bams3.DatasetLayout;
import dev.bams3.bams3.DatasetMetadata;
import dev.bams3.bams3.MetadataCodec;
import dev.bams3.dataset.DatasetLocation;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.PutCondition;
import java.util.Arrays;

/** The one write that makes a dataset visible. */
final class DatasetCommit {
    private final DatasetLocation destination;
    private final ObjectKey key;
    private boolean mayBeVisible;

    DatasetCommit(DatasetLocation destination) {
        this.destination = destination;
        key = destination.key(DatasetLayout.METADATA);
    }

    /** What must still be true when the commit is written, by what is there now. */
    PutCondition conditionNow(boolean replace) {
        try {
            PutCondition unchanged =
                    PutCondition.ifMatch(destination.store().head(key).etag());
            if (!replace) {
                throw ReadsException.invalidInput(
                                "dataset", "exists already; choose another name, or replace it with --replace")
                        .in(destination.toString());
            }
            return unchanged;
        } catch (ReadsException e) {
            if (e.kind() == ErrorKind.NOT_FOUND) {
                return PutCondition.ifAbsent();
            }
            throw e;
        }
    }

    /**
     * Writes the metadata.
     *
     * @throws ReadsException CHANGED when another conversion was first, or what the store says
     */
    void publish(DatasetMetadata metadata, PutCondition condition) {
        byte[] body = MetadataCodec.encode(metadata);
        mayBeVisible = true;
        try {
            destination.store().put(key, body, condition);
        } catch (ReadsException e) {
            if (isThere(body, e)) {
                return;
            }
            mayBeVisible = e.kind() != ErrorKind.CHANGED && e.kind() != ErrorKind.DENIED;
            throw e.kind() == ErrorKind.CHANGED ? lostRace(e) : e;
        }
    }

    /**
     * Whether a reader may see the dataset that was to be published: so once publishing was tried, unless the store refused
     * it. Its objects must stay then, even if the answer was lost.
     */
    boolean mayBeVisible() {
        return mayBeVisible;
    }

    /** Whether the failed write was done all the same, as happens when only its answer is lost. */
    private boolean isThere(byte[] body, ReadsException cause) {
        try {
            return Arrays.equals(destination.store().get(key, body.length).body(), body);
        } catch (ReadsException e) {
            cause.addSuppressed(e);
            return false;
        }
    }

    private ReadsException lostRace(ReadsException cause) {
        return ReadsException.of(
                        ErrorKind.CHANGED,
                        "another conversion published this dataset meanwhile; nothing of this one was kept. "
                                + "Look at what is there, then run again with --replace if it is to be replaced",
                        cause)
                .in(destination.toString());
    }
}
