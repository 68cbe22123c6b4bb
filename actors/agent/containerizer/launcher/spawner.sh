#!/bin/sh
# Starts containers for the agent, one a line of its standard input, each in a session of its own:
#
#     CONTAINER DIR/
#
# DIR is the container's runtime directory (the slash at its end keeps blanks). Standard output is the report
# channel to the agent. Says `ready`, or `unsupported` where setsid cannot fork (busybox); ends when the agent does.
#
# usage: spawner.sh SHELL LAUNCHER_DIR

if ! launcher_setsid=$(command -v setsid) || ! "$launcher_setsid" -f "$1" -c : 2>/dev/null; then
  echo unsupported
  exit 0
fi
echo ready
exec 3>&1 >/dev/null

while read -r container dir; do
  # In the foreground: what a shell puts into the background would have SIGINT and SIGQUIT ignored for good.
  "$launcher_setsid" -f "$1" "$2/run-container.sh" "$container" "$dir" </dev/null ||
    printf 'failed %s no process could be started\n' "$container" >&3
done
