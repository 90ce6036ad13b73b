package dev.bams3.app;

import static dev.bams3.app.SettingChecks.present;

import dev.bams3.jobs.JobSettings;
import dev.bams3.jobs.ShardSettings;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Conversions by the admin surface, where that is open. The meaning and range of most components is that of
 * {@link JobSettings} and {@link ShardSettings}.
 *
 * @param workers conversions that this process runs at one time
 * @param heartbeat how often a worker writes that it is alive; also how soon it sees that it is to stop
 * @param lease how long a worker may be silent before another takes its conversion
 * @param poll how often a worker without enough to do looks for more
 * @param attempts of a conversion before it has failed
 * @param retryDelay before the second attempt
 * @param retention how long a conversion that has ended is remembered
 * @param alone whether this is the only process that works on conversions of its store: needed where the store ignores
 *     If-None-Match
 * @param shards of one conversion that are converted at one time; with 1 no source is cut
 * @param shardSize of the source, about
 * @param kubernetesTemplate file with a Job of Kubernetes whose pods convert the shards; absent: this process does
 * @param temporary folder for sorting, about the size of an unsorted source; absent: the system's
 */
public record JobsSettings(
        @DefaultValue("1") int workers,
        @DefaultValue("2s") Duration heartbeat,
        @DefaultValue("30s") Duration lease,
        @DefaultValue("5s") Duration poll,
        @DefaultValue("3") int attempts,
        @DefaultValue("10s") Duration retryDelay,
        @DefaultValue("30d") Duration retention,
        @DefaultValue("false") boolean alone,
        @DefaultValue("1") int shards,
        @DefaultValue("1GB") DataSize shardSize,
        @Nullable String kubernetesTemplate,
        @Nullable String temporary) {
    public JobsSettings {
        kubernetesTemplate = present(kubernetesTemplate);
        temporary = present(temporary);
        var _ = new JobSettings(workers, heartbeat, lease, poll, attempts, retryDelay, retention, alone);
        var _ = new ShardSettings(shards, shardSize.toBytes());
    }

    ShardSettings toShardSettings() {
        return new ShardSettings(shards, shardSize.toBytes());
    }

    /** @param open whether the admin surface is open; without it no job runs, because it could not be watched or cancelled */
    JobSettings toJobSettings(boolean open) {
        return new JobSettings(open ? workers : 0, heartbeat, lease, poll, attempts, retryDelay, retention, alone);
    }

    Path folderForSorting() {
        return Path.of(temporary == null ? System.getProperty("java.io.tmpdir") : temporary);
    }
}
