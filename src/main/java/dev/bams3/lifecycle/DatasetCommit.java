package dev.bams3.lifecycle;

import dev.bams3.dataset.DatasetLocation;
import dev.bams3.dataset.MetadataObject;
import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.format.DatasetLayout;
import dev.bams3.format.DatasetMetadata;
import dev.bams3.format.MetadataCodec;
import dev.bams3.storage.ETag;
import dev.bams3.storage.ObjectInfo;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.PutCondition;
import java.util.Arrays;
import java.util.Optional;

/** The one write that makes a dataset visible. */
public final class DatasetCommit {
    private final MetadataObject object = new MetadataObject();
    private final DatasetLocation destination;
    private final ObjectKey key;
    private boolean mayBeVisible;

    public DatasetCommit(DatasetLocation destination) {
        this.destination = destination;
        key = destination.key(DatasetLayout.METADATA);
    }

    /**
     * The ETag of the commit that is there now and may be replaced, if there is one.
     *
     * @throws ReadsException INVALID_INPUT where there must be none; CHANGED where it is another than was looked at
     */
    public Optional<ETag> replaceable(Replacement replace) {
        Optional<ETag> present = destination.store().find(key).map(ObjectInfo::etag);
        if (present.isEmpty()) {
            return present;
        }
        return switch (replace) {
            case Replacement.WhatIsThere() -> present;
            case Replacement.Only(Optional<ETag> commit) when commit.equals(present) -> present;
            case Replacement.Only(var _) ->
                throw ReadsException.of(
                                ErrorKind.CHANGED,
                                "this dataset was published by others since its replacement was asked for; nothing of "
                                        + "this conversion was kept. Look at what is there, then ask again")
                        .in(destination.toString());
            case Replacement.Nothing() ->
                throw ReadsException.invalidInput(
                                "dataset",
                                "exists already; choose another name, or have it replaced (--replace, options.replace)")
                        .in(destination.toString());
        };
    }

    /** Returns what is published, if anything is; else CORRUPT, UNSUPPORTED_VERSION or what the store says. */
    Optional<DatasetMetadata> decoded() {
        return object.find(destination).map(MetadataObject.Found::metadata);
    }

    /** Returns the published dataset; empty if there is none, or one of another version. */
    public Optional<DatasetMetadata> current() {
        try {
            return decoded();
        } catch (ReadsException e) {
            if (e.kind() == ErrorKind.UNSUPPORTED_VERSION) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * Whether a generation is, or may be, the published one: once publishing was tried, unless the store refused
     * it, a reader may see it now or soon.
     */
    public boolean mayName(String generation) {
        if (mayBeVisible) {
            return true;
        }
        try {
            return current()
                    .filter(metadata -> metadata.generation().equals(generation))
                    .isPresent();
        } catch (ReadsException e) {
            return true;
        }
    }

    /**
     * Writes the metadata.
     *
     * @return what is published now: this, or what another run of the same conversion has published
     * @throws ReadsException CHANGED when another conversion was first, or what the store says
     */
    public DatasetMetadata publish(DatasetMetadata metadata, PutCondition condition) {
        try {
            destination.store().put(key, MetadataCodec.encode(metadata), condition);
            return metadata;
        } catch (ReadsException e) {
            Optional<DatasetMetadata> own = ownCommit(metadata, e);
            if (own.isPresent()) {
                return own.get();
            }
            if (e.kind() == ErrorKind.CHANGED) {
                throw lostRace(e);
            }
            mayBeVisible = e.kind() != ErrorKind.DENIED;
            throw e;
        }
    }

    /**
     * Replaces the metadata by the same with something added, if nothing else was published since it was read.
     *
     * @param seen ETag of what was read
     * @throws ReadsException CHANGED when it is not there any more, or what the store says
     */
    public void amend(byte[] metadata, ETag seen) {
        try {
            destination.store().put(key, metadata, PutCondition.ifMatch(seen));
        } catch (ReadsException e) {
            // Of a write whose answer was lost, or of one who had the same idea.
            if (destination
                    .store()
                    .find(key, metadata.length)
                    .filter(stored -> Arrays.equals(stored.body(), metadata))
                    .isPresent()) {
                return;
            }
            throw e.kind() == ErrorKind.CHANGED
                    ? ReadsException.of(
                                    ErrorKind.CHANGED,
                                    "the dataset was replaced or removed meanwhile; nothing was added. Ask again",
                                    e)
                            .in(destination.toString())
                    : e;
        }
    }

    /** A commit of the same conversion: of this run, whose answer was lost, or of another run. */
    private Optional<DatasetMetadata> ownCommit(DatasetMetadata metadata, ReadsException cause) {
        try {
            return current().filter(present -> present.uuid().equals(metadata.uuid()));
        } catch (ReadsException e) {
            cause.addSuppressed(e);
            return Optional.empty();
        }
    }

    private ReadsException lostRace(ReadsException cause) {
        return ReadsException.of(
                        ErrorKind.CHANGED,
                        "another conversion published this dataset meanwhile; nothing of this one was kept. "
                                + "Look at what is there, then ask again, to replace it if that is what you want (--replace, "
                                + "options.replace)",
                        cause)
                .in(destination.toString());
    }
}
