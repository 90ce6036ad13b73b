package dev.bams3.app;

import dev.bams3.storage.MemoryObjectStore;
import dev.bams3.storage.ObjectStore;
import dev.bams3.storage.StoreUri;
import dev.bams3.storage.file.FolderObjectStore;

/** Opens stores by address: the one place that knows the adapters. */
final class Stores {
    private final Settings.S3 s3;

    Stores(Settings.S3 s3) {
        this.s3 = s3;
    }

    /** The caller closes it. */
    ObjectStore open(StoreUri uri) {
        return switch (uri) {
            case StoreUri.Folder folder -> new FolderObjectStore(folder);
            case StoreUri.Memory ignored -> new MemoryObjectStore();
            case StoreUri.Bucket bucket -> throw new UnsupportedOperationException("owner: storage " + bucket + s3);
        };
    }
}
