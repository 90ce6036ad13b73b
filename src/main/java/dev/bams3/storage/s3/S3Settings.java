package dev.bams3.storage.s3;

import java.net.URI;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Settings of the S3 client. Credentials are not part of it: they come from the SDK's default chain (environment, profile, web
 * identity, instance), or from {@link S3Credentials}.
 *
 * @param endpoint {@code http} or {@code https} address of another server than AWS; null for AWS
 * @param region null for the one of the environment or profile, and where there is none {@code us-east-1} at an endpoint
 * @param pathStyle bucket in the path rather than in the host name, as most other servers need it
 * @param checksums when bodies carry checksums beside the signature
 * @param maxConnections connections at one time, 1 to 10,000; at least as many as calls that run at one time, because a call
 *     without one waits and then fails
 * @param connectTimeout longest wait for a connection to be made, or for a free one
 * @param readTimeout longest silence of the server in the middle of an answer
 * @param attemptTimeout longest duration of one attempt of a call, body included; more than {@code readTimeout}
 * @param attempts times that a call is tried, the first included, 1 to 20; those that the server asked to slow down are not
 *     counted here
 * @param firstBackoff about the wait before the second attempt; the following ones double it, up to 5 s, with jitter
 * @param partSize bytes of the parts of an upload, 5 MiB to 1 GiB; an object of at most so many is written by one request.
 *     Each open upload holds one part in memory
 * @param access which buckets are asked in another way than with credentials on the account of their owner
 */
public record S3Settings(
        @Nullable URI endpoint,
        @Nullable String region,
        boolean pathStyle,
        Checksums checksums,
        int maxConnections,
        Duration connectTimeout,
        Duration readTimeout,
        Duration attemptTimeout,
        int attempts,
        Duration firstBackoff,
        int partSize,
        Access access) {
    private static final int MIN_PART_SIZE = 5 << 20; // of all parts but the last (Amazon S3 multipart upload limits)
    private static final int MAX_PART_SIZE = 1 << 30;

    /** Whether the checksums that newer SDKs add by themselves are wanted; older servers refuse bodies that have them. */
    public enum Checksums {
        WHEN_SUPPORTED,
        WHEN_REQUIRED
    }

    /**
     * Buckets by name, or `*` for all.
     *
     * @param anonymous asked without credentials, as public ones may be
     * @param requesterPays asked on the requester's account
     */
    public record Access(Set<String> anonymous, Set<String> requesterPays) {
        private static final String ALL = "*";

        /** All buckets are asked with credentials, on their owners' accounts. */
        public static final Access USUAL = new Access(Set.of(), Set.of());

        /** @throws IllegalArgumentException for a bucket that is asked both ways: who pays must be known */
        public Access {
            anonymous = Set.copyOf(anonymous);
            requesterPays = Set.copyOf(requesterPays);
            for (String bucket : anonymous) {
                require(
                        bucket.equals(ALL) ? requesterPays.isEmpty() : !contains(requesterPays, bucket),
                        "anonymous: '" + bucket + "' is asked on the requester's account, which needs credentials");
            }
        }

        boolean isAnonymous(String bucket) {
            return contains(anonymous, bucket);
        }

        boolean isRequesterPays(String bucket) {
            return contains(requesterPays, bucket);
        }

        private static boolean contains(Set<String> buckets, String bucket) {
            return buckets.contains(bucket) || buckets.contains(ALL);
        }
    }

    /** AWS, with what is right unless measured otherwise. */
    public static final S3Settings DEFAULT = new S3Settings(
            null,
            null,
            false,
            Checksums.WHEN_SUPPORTED,
            128,
            Duration.ofSeconds(5),
            Duration.ofSeconds(15),
            Duration.ofSeconds(60),
            4,
            Duration.ofMillis(50),
            16 << 20,
            Access.USUAL);

    /** @throws IllegalArgumentException naming the component that is out of its bounds */
    public S3Settings {
        if (endpoint != null) {
            String scheme = endpoint.getScheme();
            require(
                    endpoint.getHost() != null && ("http".equals(scheme) || "https".equals(scheme)),
                    "endpoint: needs http://host or https://host");
            require(endpoint.getUserInfo() == null, "endpoint: credentials do not belong into an address");
        }
        require(region == null || region.matches("[A-Za-z0-9-]{1,64}"), "region: letters, digits and - only");
        require(maxConnections >= 1 && maxConnections <= 10_000, "maxConnections: 1 to 10000");
        requireTime(connectTimeout, "connectTimeout");
        requireTime(readTimeout, "readTimeout");
        requireTime(attemptTimeout, "attemptTimeout");
        require(attempts >= 1 && attempts <= 20, "attempts: 1 to 20");
        requireTime(firstBackoff, "firstBackoff");
        require(partSize >= MIN_PART_SIZE && partSize <= MAX_PART_SIZE, "partSize: 5 MiB to 1 GiB");
    }

    private static void requireTime(Duration time, String name) {
        require(time.isPositive() && time.compareTo(Duration.ofHours(1)) <= 0, name + ": more than 0, at most 1 h");
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }
}
