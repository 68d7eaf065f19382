#!/usr/bin/perl
# A worker that speaks the protocol, and misbehaves as the parameter "do" of a stage asks. "NAME-once"
# does so at the first attempt only. Orders are read with patterns, since perl-base has no JSON.
use strict;
use warnings;
$| = 1;

if (($ENV{WORKER_START} // '') eq 'dies-at-length') {
  print STDERR "Fatal error: cannot begin\n"; print STDERR "at line 7\n\nCurrent stack:\n"; exit 3;
}
if (($ENV{WORKER_START} // '') eq 'dies') { print STDERR "no such library\n"; exit 3; }
print qq({"ready":{"_0":{"blas":"none","cpu":"test","pid":$$,"version":"1"}}}\n);
if (($ENV{WORKER_START} // '') eq 'twice') {
  print qq({"ready":{"_0":{"blas":"none","cpu":"test","pid":$$,"version":"1"}}}\n);
}

# What was read and is not done yet.
my $input = '';
sub more { return sysread(STDIN, $input, 65536, length $input); }
sub line {
  while ($input !~ /\n/) { more() or return undef; }
  $input =~ s/^(.*\n)//;
  return $1;
}

while (defined(my $order = line())) {
  if ($order =~ /^\{"recall"/) { print qq({"recalled":{"jobs":[]}}\n); next; }
  if ($order =~ /^\{"drain"/) { last; }
  my ($job) = $order =~ /"job":(\d+)/;
  my ($attempt) = $order =~ /"attempt":(\d+)/;
  my ($context) = $order =~ /"context":(.*?)"job":/;
  my ($stages) = $order =~ /"stages":(.*)$/;
  my $head = qq("attempt":$attempt,"job":$job);
  my $gone = 0;
  while ($stages =~ /"key":"([0-9a-f]{64})".*?"parameters":\{(.*?)\}/g) {
    my ($key, $parameters) = ($1, $2);
    my ($do) = $parameters =~ /"do":"([a-z-]+)"/;
    $do //= 'work';
    if ($do =~ s/-once$//) { $do = 'work' if $attempt > 1; }
    my $ahead = $input =~ /\n/ ? 1 : 0;
    my $done = qq({"completed":{$head,"result":{"artifacts":[],"metrics":{"ahead":$ahead,)
      . qq("attempt":$attempt,"pid":$$},"seconds":0.5,"stage":"$key"}}}\n);
    if ($do eq 'status') { print STDERR "it is broken\n"; exit 7; }
    if ($do eq 'crash') { kill 'SEGV', $$; sleep 60; }
    if ($do eq 'again') { exit 75; }
    if ($do eq 'leave') { exit 0; }
    if ($do eq 'hang') { $SIG{TERM} = 'IGNORE'; sleep 600; }
    if ($do eq 'nonsense') { print "hello\n"; sleep 600; }
    if ($do eq 'torn') { print substr($done, 0, 40); exit 9; }
    if ($do eq 'deaf') { close STDOUT; sleep 600; }
    if ($do eq 'endless') { while (1) { print 'x' x 65536; } }
    if ($do eq 'stranger') { $done =~ s/"job":$job/"job":999/; }
    if ($do eq 'other') { $done =~ s/$key/'0' x 64/e; }
    if ($do eq 'infinite') { $done =~ s/0\.5/-1/; }
    if ($do eq 'lazy') { next; }
    if ($do eq 'fail') {
      print qq({"failed":{$head,"failure":{"message":"loss is NaN","reason":{"nonFinite":{}}},)
        . qq("stage":"$key"}}\n);
      $gone = 1;
      last;
    }
    if ($do eq 'lost') {
      my ($parent) = $context =~ /"key":"([0-9a-f]{64})"/;
      print qq({"artifactLost":{$head,"reason":"missing","stage":"$parent"}}\n);
      $gone = 1;
      last;
    }
    if ($do eq 'slow') {
      print qq({"progress":{$head,"done":1,"note":"loss 1","stage":"$key","total":2,"unit":"steps"}}\n);
      select undef, undef, undef, 0.15;
    }
    if ($do eq 'says') { print STDERR "the worker says hello\n"; }
    print $done;
    if ($do eq 'dies-done') { kill 'KILL', $$; sleep 60; }
    # The owner may ask for an end after the stage, and for the orders that are not begun.
    if ($do eq 'slow') {
      my $ready = '';
      vec($ready, fileno(STDIN), 1) = 1;
      if (select($ready, undef, undef, 0)) { more() or exit 0; }
      if ($input =~ /^\{"drain"/m) { exit 0; }
      # What stands before the line is given back.
      if ($input =~ s/^(.*?)\{"recall".*?\n//s) {
        my @jobs = $1 =~ /"job":(\d+)/g;
        print qq({"recalled":{"jobs":[) . join(',', @jobs) . qq(]}}\n);
      }
    }
  }
  # In whole seconds: before the order was even sent.
  my $at = time;
  print qq({"finished":{"at":$at,$head}}\n) unless $gone;
}
if ($ENV{WORKER_LAST_WORDS}) {
  # By then its results are recorded.
  select undef, undef, undef, 0.1;
  print STDERR "the worker says goodbye\n";
}
