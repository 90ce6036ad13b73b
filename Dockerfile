# The service and its commands in one image, for amd64 and arm64:
#   docker build -t bams3-server .
#   docker run --read-only --tmpfs /tmp:exec --cap-drop ALL -v bams3:/bams3/data -p 8080:8080 bams3-server
#   docker run --rm bams3-server convert --help
# Java, zstd-jni and ISA-L need glibc, so no Alpine.
# By digest, renewed by .ci/renew-images.
ARG BUILD_IMAGE=docker.io/library/eclipse-temurin:25-jdk-noble@sha256:589ff4cc3f71aab462e7048a47a0d10edf57fbccde3fceea2281e610bf5880b4
ARG RUNTIME_IMAGE=docker.io/library/eclipse-temurin:25-jre-noble@sha256:d9a39a23634650173f1e2bbc176227af9728587ecf0f4b62d53e9355cd7a19ab

# The jar is the same for every platform, so it is built on the one at hand.
FROM --platform=$BUILDPLATFORM ${BUILD_IMAGE} AS build
WORKDIR /build
# npm fetches igv.js for the page; it stays in this stage.
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends npm
COPY . .
RUN --mount=type=cache,target=/root/.m2 ./mvnw -B -q -ntp -Dmaven.test.skip=true package \
 && test -s target/classes/META-INF/resources/webjars/igv/dist/igv.esm.min.js \
 && mv target/bams3-server-*.jar bams3-server.jar \
 && java -Djarmode=tools -jar bams3-server.jar extract --layers --destination layers

FROM ${RUNTIME_IMAGE}
LABEL org.opencontainers.image.title="bams3-server" \
      org.opencontainers.image.description="Aligned reads straight from object storage: the htsget service and tools for BAMS3 datasets" \
      org.opencontainers.image.version="1.0.0" \
      org.opencontainers.image.licenses="Apache-2.0"
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
# libisal2 compresses and inflates BAM where the jar has no build of it (arm64). curl asks for the health.
RUN apt-get update -qq \
 && apt-get install -y -qq --no-install-recommends curl libisal2 \
 && apt-get clean \
 && rm -rf /var/lib/apt/lists/*
# The default store is file:./data, so without settings the working folder is where the demo dataset is made.
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /bams3 --shell /usr/sbin/nologin bams3 \
 && mkdir -p /bams3/data \
 # A cluster that chooses the user (OpenShift) gives it the group 0.
 && chown -R bams3:0 /bams3 \
 && chmod -R g=u /bams3
# Libraries change seldom, so they are a layer of their own.
COPY --from=build /build/layers/dependencies/ /app/
COPY --from=build /build/layers/application/ /build/LICENSE /app/
# A training run, from which later starts take loaded classes and profiles: it makes the demo dataset and reads it in every
# format. The client of S3 gets to ask the service itself for an object, and is told that there is none. The cache fits only
# the Java it was made with, so it is made here and not in the build stage.
RUN cd "$(mktemp -d)" \
 && export BAMS3_SOURCES=s3://training BAMS3_S3_ENDPOINT=http://localhost:8080 BAMS3_S3_PATH_STYLE=true BAMS3_S3_REGION=none \
           AWS_ACCESS_KEY_ID=none AWS_SECRET_ACCESS_KEY=none \
 && ask() { curl -fsS -o /dev/null "http://localhost:$@"; } \
 && { java -XX:AOTCacheOutput=/app/bams3-server.aot -jar /app/bams3-server.jar & } \
 && until ask 8081/actuator/health/readiness 2> /dev/null; do kill -0 $! && sleep 1 || exit 1; done \
 && for format in BAM SAM JSON NDJSON TSV ARROW; do ask "8080/stream/reads/demo?format=$format&referenceName=chr1&start=1000&end=90000"; done \
 && curl -fsS 'http://localhost:8080/reads/demo?referenceName=chr1' | grep '"urls"' > /dev/null \
 && ask 8080/datasets/demo \
 && ask 8080/ \
 && ask 8081/actuator/prometheus \
 && curl -sS -H 'Content-Type: application/json' -d '{"source": "s3://training/none.bam", "dataset": "none"}' \
      http://localhost:8080/admin/conversions | grep 'does not exist' > /dev/null \
 && kill $! \
 && { wait $! || true; } \
 && test -s /app/bams3-server.aot \
 && rm -rf "$PWD" /tmp/hsperfdata_*
USER 10001:10001
ENV HOME=/bams3
WORKDIR /bams3
EXPOSE 8080 8081
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=6 \
    CMD curl -fs -o /dev/null "http://127.0.0.1:${MANAGEMENT_SERVER_PORT:-8081}/actuator/health/readiness"
# An -Xmx in JDK_JAVA_OPTIONS wins over the percentage.
ENTRYPOINT ["java", "-XX:AOTCache=/app/bams3-server.aot", "-XX:MaxRAMPercentage=70", "-XX:G1HeapRegionSize=8m", "-XX:-G1UseAdaptiveIHOP", "-XX:+ExitOnOutOfMemoryError", "-jar", "/app/bams3-server.jar"]
