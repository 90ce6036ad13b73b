package dev.bams3.storage;

class MemoryObjectStoreTest extends ObjectStoreContract {
    @Override
    protected ObjectStore open() {
        return new MemoryObjectStore();
    }
}
