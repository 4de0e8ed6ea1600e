/** A program for a node that stops a process at a line of its log, soon enough for what happens within microseconds of it. */

export interface StopAtLine {
  readonly path: string;
  readonly pid: number;
  /** Extended regular expression of the line that announces the wanted one; from there on for five seconds the log is read every 0.1 ms. */
  readonly announced: string;
  /** Matches a whole line but for its end: it is looked for before the line is complete. */
  readonly wanted: string;
  readonly releasesItselfAfterSeconds: number;
}

/**
 * Perl, because every Debian node has it, and a pipe of tail, grep and kill takes milliseconds on a busy node: a hundred deletes.
 * It shares one processor with the process that it watches and sleeps between two looks: wherever that process may run it is let in
 * first. A rotated log is followed. Says `stopped <wall-clock ms>`, and `released by itself` when nobody ended it in time. When its
 * standard input ends, because the suite is no more, everything is put back.
 */
const program = `
use Time::HiRes;
my ($path, $pid, $announced, $wanted, $keep) = @ARGV;
$| = 1;
if (open(my $slack, '>', '/proc/self/timerslack_ns')) { print $slack 1000 }
my ($processors) = map { /^Cpus_allowed_list:\\s*(\\S+)/ } do { open(my $s, '<', "/proc/$pid/status") or die "no process $pid\\n"; <$s> };
my ($one) = $processors =~ /(\\d+)$/;
sub pin { my ($list, @who) = @_; system("taskset -apc $list $_ > /dev/null 2>&1") for @who }
sub leave { kill 'CONT', $pid; pin($processors, $pid); exit 0 }
$SIG{TERM} = $SIG{INT} = $SIG{HUP} = \\&leave;
pin($one, $pid, $$);
sub pause { my $input = ''; vec($input, fileno(STDIN), 1) = 1; leave() if select($input, undef, undef, $_[0]) > 0 }
my ($log, $inode, $rest, $hotUntil) = (undef, 0, '', 0);
sub enter { open($log, '<', $path) and $inode = (stat $log)[1] }
enter();
sysseek($log, 0, 2) if $log;
print "watching\\n";
for (;;) {
  my $chunk = '';
  if (!$log or !sysread($log, $chunk, 65536)) {
    my $hot = time < $hotUntil;
    pause($hot ? 0.0001 : 0.001);
    next if $hot;
    my $now = (stat $path)[1];
    if (defined $now and $now != $inode) { enter(); $rest = '' }
    next;
  }
  $rest .= $chunk;
  last if $rest =~ /$wanted/;
  $hotUntil = time + 5 if $rest =~ /$announced/;
  $rest = substr($rest, rindex($rest, "\\n") + 1);
}
kill 'STOP', $pid;
printf "stopped %d\\n", Time::HiRes::time() * 1000;
pin($processors, $pid);
pause($keep);
print "released by itself\\n";
leave();
`;

export function stopAtLine({ path, pid, announced, wanted, releasesItselfAfterSeconds }: StopAtLine): string[] {
  const args = [path, String(pid), announced, wanted, String(releasesItselfAfterSeconds)];
  return ['nice', '-n', '-20', 'perl', '-e', program, ...args];
}
