# Puts a filter of system calls around itself, which nothing takes off again, and becomes a command.
#
# usage: perl load-seccomp.pl SECCOMP PRCTL FILTER COMMAND...
#
# SECCOMP and PRCTL are the numbers of these two system calls, FILTER is the program for the kernel in hexadecimal digits. Who is
# not root may only do so when nothing that it runs can gain rights. Perl's own core is all that is needed: it is in every Debian.
# What goes wrong is told on the container's stderr and ends it with status 125.

my ($seccomp, $prctl, $digits, @command) = @ARGV;

sub fail {
  print STDERR "The container cannot be made: $_[0]: $!\n";
  exit 125;
}

my $SET_MODE_FILTER = 1;
my $PR_SET_NO_NEW_PRIVS = 38;
my $ENOENT = 2;
my $INSTRUCTION_BYTES = 8;

if ($> != 0) {
  syscall($prctl + 0, $PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 or fail('it cannot give up new rights');
}
my $filter = pack('H*', $digits);
# struct sock_fprog: a count, and a pointer at the place that is right for one.
my $program = pack('S x![P] P', length($filter) / $INSTRUCTION_BYTES, $filter);
syscall($seccomp + 0, $SET_MODE_FILTER, 0, $program) == 0 or fail('its system calls cannot be filtered');
{ exec { $command[0] } @command; }
my $status = $! == $ENOENT ? 127 : 126;
print STDERR "$command[0]: $!\n";
exit $status;
