package dev.bams3.storage;

import org.junit.jupiter.api.Tag;

@Tag("fast")
class MemoryObjectStoreTest extends ObjectStoreContract {
    @Override
    protected ObjectStore open() {
        return new MemoryObjectStore();
    }
}
