#!/bin/sh
# Runs the command of one container and leaves on disk how it ended, whether or not an agent is there to see it.
#
# usage: run-container.sh CONTAINER DIR/     one container
#        run-container.sh MARK               one after another, as lines `CONTAINER DIR/` come in, until there are no more
#
# DIR holds `launch`, written by the agent: it calls the functions below and becomes the command. Left in DIR:
#     pid      a line each: process id of the command, process id of this shell (the leader of the container's session),
#              a word of this shell's command line by which it is told from a later process of that number.
#              Whoever creates this file has decided what becomes of the container: an agent does it to call a launch off
#     status   exit status of the command as the shell sees it (128+n: signal n); whole when it ends with a newline
#     failure  instead of both: why the command was not started
# The same is reported on file descriptor 3, one line each: `started CONTAINER PID LEADER`, `exited CONTAINER STATUS`,
# `failed CONTAINER TEXT`, `missing CONTAINER` (there was nothing to launch). The files come first: nobody need listen.

# Handlers, not '': a signal ignored here would be ignored by the command as well, a handled one is back at its
# default there. A command that signals its own group must not take away its witness.
trap : HUP INT QUIT PIPE ALRM TERM USR1 USR2
exec 4<&0 </dev/null >/dev/null 2>&1

report() {
  printf '%s %s\n' "$1" "$launcher_container${2:+ $2}" >&3
}

# fail TEXT: gives the launch up.
fail() {
  trap : PIPE
  printf '%s\n' "$1" >"$launcher_dir/failure"
  report failed "$1"
  exit 1
}

# sandbox DIR: makes it the working directory and its stdout and stderr the output.
sandbox() {
  cd "$1" || fail "sandbox $1 cannot be entered"
  [ -w . ] || fail "sandbox $1 cannot be written"
  # What was fetched may have brought links, to anywhere, and pipes, that nobody reads.
  for launcher_file in stdout stderr; do
    if [ -h "$launcher_file" ] || { [ -e "$launcher_file" ] && [ ! -f "$launcher_file" ]; }; then
      rm -rf "$launcher_file" || fail "sandbox $1: $launcher_file is no plain file"
    fi
  done
  exec >>stdout 2>>stderr
}

# shared_sandbox DIR REAL: the same where others are at work already, who may put links in the way at any instant. REAL is its path without
# any: what is entered and opened is looked at when it cannot be exchanged any more.
shared_sandbox() {
  cd -P "$1" || fail "sandbox $1 cannot be entered"
  launcher_shared=$2
  [ "$PWD" = "$2" ] || fail "sandbox $1 leads elsewhere"
  [ -w . ] || fail "sandbox $1 cannot be written"
  output stdout
  exec >>/proc/self/fd/5
  output stderr
  exec 2>>/proc/self/fd/5 5<&-
}

# output NAME: opens a plain file of the sandbox, here and nowhere else, as file descriptor 5; it is made when it is not there.
output() {
  if [ -h "$1" ] || { [ -e "$1" ] && [ ! -f "$1" ]; }; then
    rm -rf "$1" || fail "sandbox $PWD: $1 is no plain file"
  fi
  # Noclobber makes what is not there, and goes along no link to do so.
  [ -e "$1" ] || { (set -C && : >"$1") 2>/dev/null && launcher_made="$launcher_made $1"; }
  # For reading, which makes nothing anywhere.
  command exec 5<"$1" || fail "sandbox $PWD: $1 cannot be opened"
  [ -f /proc/self/fd/5 ] && [ "$(readlink /proc/self/fd/5)" = "$PWD/$1" ] || fail "sandbox $PWD: $1 was exchanged"
}

# owner USER: hands the sandbox to the user the command is to run as.
owner() {
  user "$1"
  chown -h "$launcher_uid:$launcher_gid" stdout stderr . || fail "sandbox cannot be given to user $1"
}

# user USER: the command is to run as that user, in a sandbox that is somebody's already.
user() {
  launcher_user=$1
  launcher_uid=$(id -u "$1" 2>/dev/null) || fail "user $1 does not exist on this agent"
  launcher_gid=$(id -g "$1" 2>/dev/null) || fail "user $1 has no group"
  # shellcheck disable=SC2086
  [ -z "$launcher_made" ] || chown -h "$launcher_uid:$launcher_gid" $launcher_made || fail "output cannot be given to user $1"
  launcher_setpriv=$(command -v setpriv) || launcher_chroot=$(command -v chroot) || fail "user $1 needs setpriv or chroot"
}

# hand_over FILE: gives a file to that user as well.
hand_over() {
  chown "$launcher_uid:$launcher_gid" "$1" || fail "$1 cannot be given to user $launcher_user"
}

# become COMMAND...: goes on as the user and the command.
become() {
  if [ -n "$launcher_setpriv" ]; then
    exec "$launcher_setpriv" --reuid="$launcher_uid" --regid="$launcher_gid" --init-groups -- "$@"
  fi
  exec "$launcher_chroot" --userspec="$launcher_user" --skip-chdir / "$@"
}

# started: from here on there is a process that can be found. The subshell which calls this becomes the command.
started() {
  trap : PIPE
  launcher_back=$PWD
  if cd -P /proc/self 2>/dev/null; then
    launcher_pid=${PWD##*/}
    cd "$launcher_back" || fail "sandbox $launcher_back cannot be entered"
  else
    launcher_pid=$(exec sh -c 'echo "$PPID"')
  fi
  [ -z "$launcher_shared" ] || { cd -P . && [ "$PWD" = "$launcher_shared" ]; } || fail "sandbox $launcher_shared was exchanged"
  # Noclobber: of two that were asked to launch it, or one and an agent that called it off, only one goes on, and the
  # other leaves no status.
  set -C
  printf '%s\n%s\n%s\n' "$launcher_pid" "$$" "$launcher_mark" >"$launcher_dir/pid" || {
    kill -s KILL "$$"
    exit 1
  }
  set +C
  unset OLDPWD
  report started "$launcher_pid $$"
  exec 3>&-
}

# Sourced in a subshell: one exec less for each task, and nothing that it sets is seen here.
# run CONTAINER DIR/
run() {
  launcher_container=$1
  launcher_dir=${2%/}
  [ ! -e "$launcher_dir/pid" ] || return 0
  # Sourced in a subshell: one exec less for each task, and nothing that it sets is seen here.
  # shellcheck source=/dev/null
  (. "$launcher_dir/launch") 4<&-
  launcher_status=$?
  if [ -e "$launcher_dir/pid" ]; then
    printf '%s\n' "$launcher_status" >"$launcher_dir/status"
    report exited "$launcher_status"
  elif [ ! -e "$launcher_dir/failure" ]; then
    report missing
  fi
}

if [ $# -eq 2 ]; then
  launcher_mark=$2
  run "$1" "$2"
else
  launcher_mark=$1
  while read -r launcher_container launcher_dir <&4; do
    run "$launcher_container" "$launcher_dir"
  done
fi
