#!/bin/sh
# Runs in the new namespaces of one container: makes its view of the file system, then becomes its command.
#
# usage: inside-container.sh FILE COMMAND...
#
# FILE, written by the agent, calls the functions below. Paths below the new root are never followed through links of an
# image. What goes wrong is told on the container's stderr and ends it with status 125.

fail() {
  printf 'The container cannot be made: %s\n' "$1" >&2
  exit 125
}

# below ROOT PATH: makes the folder of PATH below ROOT, level by level, and refuses links. Sets $launcher_at to the place.
below() {
  launcher_at=$1
  launcher_rest=${2#/}
  while [ -n "$launcher_rest" ]; do
    launcher_step=${launcher_rest%%/*}
    case $launcher_rest in */*) launcher_rest=${launcher_rest#*/} ;; *) launcher_rest= ;; esac
    [ -n "$launcher_step" ] || continue
    [ "$launcher_step" != .. ] || fail "path $2 leads up"
    launcher_at=$launcher_at/$launcher_step
    [ ! -L "$launcher_at" ] || fail "$2 leads through a link"
    [ -e "$launcher_at" ] || {
      if [ -n "$3" ] && [ -z "$launcher_rest" ]; then : >"$launcher_at"; else mkdir "$launcher_at"; fi
    } || fail "$2 cannot be made"
  done
}

# place FROM ROOT PATH rw|ro: shows FROM, a file or folder of the host, at PATH below ROOT.
place() {
  if [ -d "$1" ]; then below "$2" "$3"; else below "$2" "$3" file; fi
  mount --rbind "$1" "$launcher_at" || fail "$1 cannot be shown at $3"
  [ "$4" != ro ] || mount -o remount,bind,ro "$launcher_at" || fail "$3 cannot be made read-only"
}

# overlay ROOT FOLDER LOWER UPPER WORK: layers of an image, below FOLDER, with a writable one on top.
overlay() {
  cd "$2" || fail "the layers of the image cannot be found"
  mount -t overlay overlay -o "lowerdir=$3,upperdir=$4,workdir=$5" "$1" || fail "the layers of the image cannot be mounted"
}

# system ROOT: what every root file system needs.
system() {
  below "$1" proc
  mount -t proc -o nosuid,nodev,noexec proc "$launcher_at" || fail "/proc cannot be mounted"
  # What root may write there without any capability concerns the whole machine; what others read, too.
  for launcher_step in bus fs irq sys sysrq-trigger; do
    [ ! -e "$launcher_at/$launcher_step" ] || {
      mount --bind "$launcher_at/$launcher_step" "$launcher_at/$launcher_step" &&
        mount -o remount,bind,ro,nosuid,nodev,noexec "$launcher_at/$launcher_step"
    } || fail "/proc/$launcher_step cannot be made read-only"
  done
  for launcher_step in acpi asound kcore keys latency_stats sched_debug scsi timer_list timer_stats; do
    if [ -d "$launcher_at/$launcher_step" ]; then mount -t tmpfs -o ro,size=0 tmpfs "$launcher_at/$launcher_step"
    elif [ -e "$launcher_at/$launcher_step" ]; then mount --bind /dev/null "$launcher_at/$launcher_step"; fi ||
      fail "/proc/$launcher_step cannot be hidden"
  done
  below "$1" sys
  mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$launcher_at" 2>/dev/null || :
  below "$1" dev
  mount -t tmpfs -o nosuid,mode=755 tmpfs "$launcher_at" || fail "/dev cannot be mounted"
  for launcher_device in null zero full random urandom tty; do
    : >"$1/dev/$launcher_device"
    mount --bind "/dev/$launcher_device" "$1/dev/$launcher_device" || fail "/dev/$launcher_device is missing"
  done
  mkdir "$1/dev/pts" "$1/dev/shm"
  mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts "$1/dev/pts" 2>/dev/null || :
  ln -s pts/ptmx "$1/dev/ptmx"
  ln -s /proc/self/fd "$1/dev/fd"
  for launcher_fd in 0:stdin 1:stdout 2:stderr; do ln -s "/proc/self/fd/${launcher_fd%:*}" "$1/dev/${launcher_fd#*:}"; done
  mount -t tmpfs -o nosuid,nodev,mode=1777 tmpfs "$1/dev/shm" || fail "/dev/shm cannot be mounted"
}

# tools ROOT FILE...: programs of the host that are needed once the root is changed.
tools() {
  launcher_at=$1/dev/.launcher
  shift
  [ -d "$launcher_at" ] || mkdir "$launcher_at" || fail "$launcher_at cannot be made"
  for launcher_step; do
    [ ! -e "$launcher_at/${launcher_step##*/}" ] || continue
    : >"$launcher_at/${launcher_step##*/}"
    mount --bind "$launcher_step" "$launcher_at/${launcher_step##*/}" &&
      mount -o remount,bind,ro "$launcher_at/${launcher_step##*/}" || fail "$launcher_step cannot be shown"
  done
}

# ownproc: a /proc of the new pid namespace alone, in the host's file system.
ownproc() {
  mount -t proc -o nosuid,nodev,noexec proc /proc || fail "/proc cannot be mounted"
}

# ownshm SIZE: shared memory of this container alone.
ownshm() {
  mount -t tmpfs -o "nosuid,nodev,mode=1777${1:+,size=$1}" tmpfs /dev/shm || fail "/dev/shm cannot be mounted"
}

# ownname NAME: what the machine is called in there.
ownname() {
  printf '%s' "$1" >/proc/sys/kernel/hostname || fail "it cannot be named $1"
}

# netfile FROM ROOT PATH: shows FROM in the place of a file below /etc; the machine's own root gets no file that it has not.
netfile() {
  if [ -z "$2" ]; then
    [ ! -e "$3" ] || mount --bind "$1" "$3" || fail "$1 cannot be shown at $3"
  else
    [ ! -L "$2$3" ] || rm "$2$3"
    place "$1" "$2" "$3" rw
  fi
}

# enter ROOT DIRECTORY UID GID UNSHARE: the new root, and the working directory in it, for COMMAND; the path of unshare(1).
enter() {
  launcher_root=$1
  launcher_directory=$2
  launcher_uid=$3
  launcher_gid=$4
  launcher_unshare=$5
}

# What is run here is found by the PATH that FILE sets, the agent's; the command gets its own.
launcher_path=$PATH
launcher_file=$1
shift
# shellcheck source=/dev/null
. "$launcher_file"

# For those who join: the file is opened while it can be seen, and filled when all is made.
exec 9>"${launcher_file%inside}ready" || fail "it cannot be said that it is made"
unset launcher_file launcher_rest launcher_at launcher_step launcher_device launcher_fd
if [ -n "$launcher_root" ]; then
  cd "$launcher_root" && mount --move . / || fail "the root cannot be changed"
  # unshare(1) without a namespace: it changes root, folder and user, in this order, and needs no program of the image.
  set -- "$launcher_unshare" --root=. --wd="$launcher_directory" ${launcher_gid:+--setgid="$launcher_gid"} \
    ${launcher_uid:+--setuid="$launcher_uid"} -- "$@"
fi
printf '%s\n' "$launcher_directory" >&9
exec 9>&-
PATH=$launcher_path
unset launcher_uid launcher_gid launcher_directory launcher_root launcher_unshare launcher_path
[ -n "$launcher_init" ] || exec "$@"
# The first process of a pid namespace: the kernel keeps signals from it, and it reaps what others leave.
"$@"
exit $?
