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

# queue FROM AT TYPE OPTIONS: a mount for the next `flush`. Mounting is much of what a container costs, and one mount(8) does many.
# That passes over what it takes for mounted, so it is only asked for what is new: below a root of this container's, once each.
queue() {
  case $1$2 in *"$launcher_newline"*) fail "a path holds a line break" ;; esac
  case $launcher_taken in *"$launcher_newline$2$launcher_newline"*) launcher_isnew= ;; *) launcher_isnew=1 ;; esac
  launcher_taken=$launcher_taken$2$launcher_newline
  case ${launcher_fresh:+$launcher_isnew}$1$2 in
    *[[:space:]\\]*) mounted "$@" ;;
    1*) launcher_queued="$launcher_queued$1 $2 $3 $4 0 0$launcher_newline" ;;
    *) mounted "$@" ;;
  esac
}

# mounted FROM AT TYPE OPTIONS: a mount by itself, after those that are queued.
mounted() {
  flush
  case $4 in
    bind | rbind) mount "--$4" "$1" "$2" ;;
    bind,* | rbind,*) mount "--${4%%,*}" "$1" "$2" && mount -o "remount,bind,${4#*,}" "$2" ;;
    *) mount -t "$3" -o "$4" "$1" "$2" ;;
  esac || fail "$2 cannot be mounted"
}

# flush: mounts what is queued, in its order.
flush() {
  [ -n "$launcher_queued" ] || return 0
  printf '%s' "$launcher_queued" >"$launcher_list" && mount --all --fstab "$launcher_list" ||
    fail "its view of the files cannot be mounted"
  launcher_queued=
}

# place FROM ROOT PATH rw|ro: shows FROM, a file or folder of the host, at PATH below ROOT.
place() {
  # Its place may be in what is to be mounted first.
  launcher_above=${3%/*}
  while [ -n "$launcher_above" ]; do
    case $launcher_queued in *" $2$launcher_above "*) flush ;; esac
    case $launcher_above in */*) launcher_above=${launcher_above%/*} ;; *) launcher_above= ;; esac
  done
  if [ -d "$1" ]; then below "$2" "$3"; else below "$2" "$3" file; fi
  if [ "$4" = ro ]; then queue "$1" "$launcher_at" none rbind,ro; else queue "$1" "$launcher_at" none rbind; fi
}

# held REAL ROOT PATH rw|ro: `place` for a folder where others are at work, who may put links in the way at any instant. REAL is its path
# without any: what is entered is looked at, and shown, when it cannot be exchanged any more.
held() {
  # Its place may be in what is to be mounted first.
  flush
  below "$2" "$3"
  launcher_taken=$launcher_taken$launcher_at$launcher_newline
  (
    cd -P "$1" || fail "$1 cannot be entered"
    [ "$PWD" = "$1" ] || fail "$1 leads elsewhere"
    mount --no-canonicalize --rbind . "$launcher_at" || fail "$launcher_at cannot be mounted"
  ) || exit 125
  [ "$4" != ro ] || mount -o remount,bind,ro "$launcher_at" || fail "$launcher_at cannot be mounted"
}

# secret FROM ROOT PATH UID:GID: shows what is in FROM, which goes, at PATH below ROOT to that user alone. It is in memory of this container's that
# never goes to a disk.
secret() {
  launcher_memory=${launcher_file%inside}memory
  [ -n "$launcher_secrets" ] || { mkdir "$launcher_memory" && mount -t ramfs -o nosuid,nodev,noexec ramfs "$launcher_memory"; } ||
    fail "there is no memory for its secrets"
  launcher_secrets=x$launcher_secrets
  (umask 277 && cat "$1" >"$launcher_memory/$launcher_secrets") && chown "$4" "$launcher_memory/$launcher_secrets" ||
    fail "a secret cannot be shown at $3"
  rm -f "$1"
  # Its place may be in what is to be mounted first.
  flush
  below "$2" "$3" file
  mounted "$launcher_memory/$launcher_secrets" "$launcher_at" none bind,ro
}

# overlay ROOT FOLDER LOWER UPPER WORK: layers of an image, below FOLDER, with a writable one on top.
overlay() {
  (
    cd "$2" || fail "the layers of the image cannot be found"
    mount -t overlay overlay -o "lowerdir=$3,upperdir=$4,workdir=$5" "$1" || fail "the layers of the image cannot be mounted"
  ) || exit 125
}

# system ROOT DEVICES: what every root file system needs. DEVICES is a folder of what stands in /dev.
system() {
  below "$1" sys
  mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$launcher_at" 2>/dev/null || :
  below "$1" dev
  mount -t tmpfs -o nosuid,mode=755 tmpfs "$launcher_at" && cp -dR "$2/." "$launcher_at/" ||
    fail "/dev cannot be made"
  mount -t devpts -o newinstance,ptmxmode=0666,mode=0620 devpts "$launcher_at/pts" 2>/dev/null || :
  for launcher_step in null zero full random urandom tty; do
    queue "/dev/$launcher_step" "$launcher_at/$launcher_step" none bind
  done
  queue tmpfs "$launcher_at/shm" tmpfs nosuid,nodev,mode=1777
  below "$1" proc
  queue proc "$launcher_at" proc nosuid,nodev,noexec
  # What root may write there without any capability concerns the whole machine; what others read, too.
  for launcher_step in bus fs irq sys sysrq-trigger; do
    [ ! -e "/proc/$launcher_step" ] ||
      queue "$launcher_at/$launcher_step" "$launcher_at/$launcher_step" none bind,ro,nosuid,nodev,noexec
  done
  for launcher_step in acpi asound kcore keys latency_stats sched_debug scsi timer_list timer_stats; do
    if [ -d "/proc/$launcher_step" ]; then queue tmpfs "$launcher_at/$launcher_step" tmpfs ro,size=0
    elif [ -e "/proc/$launcher_step" ]; then queue /dev/null "$launcher_at/$launcher_step" none bind; fi
  done
}

# tools ROOT FILE...: programs of the host that are needed once the root is changed.
tools() {
  launcher_at=$1/dev/.launcher
  shift
  [ -d "$launcher_at" ] || mkdir "$launcher_at" || fail "$launcher_at cannot be made"
  for launcher_step; do
    [ ! -e "$launcher_at/${launcher_step##*/}" ] || continue
    : >"$launcher_at/${launcher_step##*/}"
    queue "$launcher_step" "$launcher_at/${launcher_step##*/}" none bind,ro
  done
}

# ownproc: a /proc of the new pid namespace alone, in the host's file system.
ownproc() {
  queue proc /proc proc nosuid,nodev,noexec
}

# ownshm SIZE: shared memory of this container alone.
ownshm() {
  queue tmpfs /dev/shm tmpfs "nosuid,nodev,mode=1777${1:+,size=$1}"
}

# ownname NAME: what the machine is called in there.
ownname() {
  printf '%s' "$1" >/proc/sys/kernel/hostname || fail "it cannot be named $1"
}

# netfile FROM ROOT PATH: shows FROM in the place of a file below /etc; the machine's own root gets no file that it has not.
netfile() {
  if [ -z "$2" ]; then
    [ ! -e "$3" ] || queue "$1" "$3" none bind
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
launcher_newline='
'
launcher_queued=
launcher_taken=$launcher_newline
launcher_fresh=
launcher_file=$1
launcher_list=${launcher_file%inside}mounts
launcher_secrets=
shift
# shellcheck source=/dev/null
. "$launcher_file"
flush
# What is shown stays; where it comes from need not be seen.
[ -z "$launcher_secrets" ] || umount -l "$launcher_memory"

# For those who join: the file is opened while it can be seen, and filled when all is made.
exec 9>"${launcher_file%inside}ready" || fail "it cannot be said that it is made"
unset launcher_file launcher_list launcher_rest launcher_at launcher_above launcher_step
unset launcher_secrets launcher_memory launcher_queued launcher_taken launcher_isnew launcher_fresh launcher_newline
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
