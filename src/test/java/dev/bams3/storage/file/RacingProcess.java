package dev.bams3.storage.file;

import dev.bams3.error.ErrorKind;
import dev.bams3.error.ReadsException;
import dev.bams3.storage.ObjectKey;
import dev.bams3.storage.PutCondition;
import dev.bams3.storage.StoreUri;
import dev.bams3.storage.StoredObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A second process that writes to the same folder; prints the keys it created and how often it counted. */
final class RacingProcess {
    private RacingProcess() {}

    public static void main(String[] arguments) {
        FolderObjectStore store = new FolderObjectStore(new StoreUri.Folder(Path.of(arguments[0])));
        int objects = Integer.parseInt(arguments[2]);
        ObjectKey counter = new ObjectKey("counter");
        int replaced = 0;
        succeeds(() -> store.put(counter, text("0"), PutCondition.ifAbsent()));
        for (int i = 0; i < objects; i++) {
            ObjectKey key = new ObjectKey("race/" + i);
            if (succeeds(() -> store.put(key, text(arguments[1]), PutCondition.ifAbsent()))) {
                System.out.println(key);
            }
            StoredObject seen = store.get(counter, 100);
            int next = Integer.parseInt(new String(seen.body(), StandardCharsets.UTF_8)) + 1;
            if (succeeds(() -> store.put(counter, text(Integer.toString(next)), PutCondition.ifMatch(seen.etag())))) {
                replaced++;
            }
        }
        System.out.println("replaced " + replaced);
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static boolean succeeds(Runnable write) {
        try {
            write.run();
            return true;
        } catch (ReadsException e) {
            if (e.kind() != ErrorKind.CHANGED) {
                throw e;
            }
            return false;
        }
    }
}
