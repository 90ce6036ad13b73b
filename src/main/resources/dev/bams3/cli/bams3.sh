#!/bin/sh
# Starts bams3. Made by "install", which is to be repeated where the files are moved or Java is removed.
java='@JAVA@'
lib='@LIB@'
if [ ! -x "$java" ]; then
  echo "bams3: $java is gone; repeat the installation: java -jar bams3-server-@VERSION@.jar install" >&2
  exit 1
fi
case "${1-}" in
  # What works for long is worth the best code; the rest ends before that is made.
  '' | --*=* | serve | convert | convert-shard | export | verify | simulate | query) quick= ;;
  *) quick='-XX:TieredStopAtLevel=1 -XX:+UseSerialGC' ;;
esac
# shellcheck disable=SC2086
exec "$java" $quick -XX:AOTCache="$lib/bams3.aot" -Xlog:disable -Xlog:all=error:stderr -jar "$lib/@JAR@" "$@"
