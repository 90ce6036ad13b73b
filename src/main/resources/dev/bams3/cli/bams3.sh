#!/bin/sh
# Starts bams3. Made by "install", which is to be repeated where the files are moved or Java is removed.
java='@JAVA@'
lib='@LIB@'
if [ ! -x "$java" ]; then
  echo "bams3: $java is gone; repeat the installation: java -jar bams3-server-@VERSION@.jar install" >&2
  exit 1
fi
# What works for long is worth the best code; the rest ends before that is made, and so do queries of positions.
quick='-XX:TieredStopAtLevel=1 -XX:+UseSerialGC'
case "${1-}" in
  '' | --*=* | serve | convert | convert-shard | export | verify | simulate) quick= ;;
  query)
    case "$*" in
      *:[0-9]*) ;;
      *) quick= ;;
    esac ;;
esac
# After an update of Java its archive is of no use, but nothing is wrong: repeat the installation for a faster start.
# shellcheck disable=SC2086
exec "$java" $quick -XX:AOTCache="$lib/bams3.aot" -Xlog:disable '-Xlog:all=error,aot*=off:stderr' -jar "$lib/@JAR@" "$@"
