"""Disturbs runs of a grid until a list of kills is used up, and holds what comes out against an
undisturbed run."""

import os
import signal
import subprocess
import time

from .world import Fault, World, children, command, send

# Fault points (Sources/CShims/include/fault.h): the grid that passes them, whether they are the
# owner's, and up to which passage one is chosen.
PLACES = {
    "owner-start": (("builtin", "external"), True, 5),
    "commit": (("builtin", "external"), True, 12),
    "committed": (("builtin", "external"), True, 8),
    "export": (("builtin", "external"), True, 7),
    "program": (("external",), True, 40),
    "worker-start": (("builtin",), False, 2),
    "training": (("builtin",), False, 60),
    "evaluation": (("builtin",), False, 12),
    "artifact": (("builtin",), False, 10),
}

# Signals at random instants: name, whom, which.
SIGNALS = {
    "owner SIGKILL": ("owner", [signal.SIGKILL]),
    "owner SIGTERM": ("owner", [signal.SIGTERM]),
    "owner SIGINT twice": ("owner", [signal.SIGINT, signal.SIGINT]),
    "owner SIGSTOP, SIGCONT": ("owner", [signal.SIGSTOP, signal.SIGCONT]),
    "job SIGKILL": ("job", [signal.SIGKILL]),
    "job SIGTERM": ("job", [signal.SIGTERM]),
    "job SIGSTOP, SIGCONT": ("job", [signal.SIGSTOP, signal.SIGCONT]),
    "guard SIGKILL": ("guard", [signal.SIGKILL]),
    # Programs end meanwhile of which it hears nothing: their guard has written that down.
    "owner SIGSTOP, SIGKILL": ("owner", [signal.SIGSTOP, signal.SIGKILL]),
}

# Only external programs have a guard.
GRIDS = {"guard SIGKILL": ("external",), "owner SIGSTOP, SIGKILL": ("external",)}

# How often each signal comes, of 13.
WEIGHTS = (["owner SIGSTOP, SIGKILL"] + ["owner SIGKILL"] * 3 + ["job SIGKILL"] * 3 + list(SIGNALS)[1:4] + list(SIGNALS)[5:7]
           + ["guard SIGKILL"])

# Statuses that the owner may end with after a disturbance; 0 always.
STATUSES = {
    "owner SIGKILL": {-signal.SIGKILL},
    "owner SIGSTOP, SIGKILL": {-signal.SIGKILL},
    # Before and after it has workers, a signal ends the owner as it ends any program.
    "owner SIGTERM": {3, -signal.SIGTERM},
    "owner SIGINT twice": {130, 3, -signal.SIGINT},
}


def plan(kills, random):
    """Which kills there will be, by grid: a fifteenth of all at each fault point, the rest by signals
    at random instants."""
    share = max(1, kills // 15)
    names = [place for place in PLACES for _ in range(share)][:kills]
    names += [WEIGHTS[index % len(WEIGHTS)] for index in range(kills - len(names))]
    plans = {"builtin": [], "external": []}
    for index, name in enumerate(names):
        grids = PLACES[name][0] if name in PLACES else GRIDS.get(name, ("builtin", "external"))
        plans[grids[index % len(grids)]].append(name)
    for names in plans.values():
        random.shuffle(names)
    return plans


class Campaign:
    """The kills of one grid."""

    def __init__(self, grid, names, random, reference, program, home, say):
        self.grid = grid
        self.names = names
        self.random = random
        self.reference = reference
        self.program = program
        self.home = home
        self.say = say
        self.counts = {}
        self.wasted = {}
        self.faults = []
        self.worlds = 0
        self.ended = 0
        self.repeated = 0

    def run(self):
        misses = 0
        while self.names and misses < 60:
            left = len(self.names)
            world = World(self.program, self.home)
            self.worlds += 1
            try:
                self.use(world)
                world.remove()
            except Fault as fault:
                self.faults.append(
                    f"{self.grid}, {world.folder} (kept): {fault}\n{world.words()[-600:]}")
                for pid in world.processes():
                    send(pid, signal.SIGKILL)
                if len(self.faults) >= 5:
                    return
            misses = misses + 1 if len(self.names) == left else 0
        for name in sorted(set(self.names)):
            self.faults.append(f"{self.grid}: {name} could not be reached")

    def use(self, world):
        """Disturbs one folder's runs until they are complete, and looks at what they made."""
        disturbed = []
        ended = set()
        before = None
        while True:
            walked = len(world.walks())
            status, hits = self.session(world, ended, walked)
            disturbed += hits
            allowed = {0}.union(*(STATUSES.get(hit, set()) for hit in hits))
            if any(hit in PLACES and PLACES[hit][1] for hit in hits):
                allowed.add(-signal.SIGKILL)
            if status not in allowed:
                raise Fault(f"status {status} after {', '.join(hits) or 'nothing'}")
            if status != 0:
                world.wait_until_gone(
                    5, "an owner that ended", lambda pid: " worker " in command(pid) + " ")
            after = world.record()
            if before and not after:
                raise Fault("the job table is gone")
            if before:
                after.check_after(before)
                for word, run, *_ in world.walks()[walked:]:
                    if word == "began" and run in before.done_runs:
                        raise Fault(f"run {run} was done and was started again")
            before = after
            if status == 0:
                break
        self.finish(world, before, disturbed, ended)

    def finish(self, world, record, disturbed, ended):
        world.wait_until_gone(5, "a complete run")
        tables = world.tables(self.grid)
        for name, bytes in tables.items():
            if bytes != self.reference[name]:
                raise Fault(f"{name} differs from the undisturbed run after {', '.join(disturbed)}")
        status, words = world.run("verify", f"{self.grid}.yaml")
        if status != 0:
            raise Fault(f"verify ends with status {status}: {words}")
        for outcome in record.attempts.values():
            if outcome != "completed":
                self.wasted[outcome] = self.wasted.get(outcome, 0) + 1
        over = set()
        for word, run, attempt, *_ in world.walks():
            if word == "began" and run in over:
                self.repeated += 1
            elif word == "ended" and (run, attempt) in ended:
                over.add(run)
        self.ended += len(over)

    def session(self, world, ended, walked):
        """One run with at most one fault point and any number of signals: its status and the kills
        that reached it. Adds the attempts that are seen to end well before the first signal."""
        hits = []
        fault = self.names[0] if self.names and self.names[0] in PLACES else None
        mark = world.path("fault")
        wish = None
        if fault:
            if os.path.exists(mark):
                os.remove(mark)
            delay = self.random.choice([0, 0, self.random.randrange(20, 4000)])
            wish = f"{fault}:{self.random.randint(1, PLACES[fault][2])}+{delay}@{mark}"
        owner = world.start(
            "run", f"{self.grid}.yaml", "-j", "2", "--crash-limit", "1000", "--output", "quiet",
            fault=wish)
        began = time.monotonic()
        instant = began + self.random.uniform(0, 2.0)
        while True:
            try:
                status = owner.wait(0.004)
                break
            except subprocess.TimeoutExpired:
                pass
            if time.monotonic() - began > 120:
                for pid in world.processes():
                    send(pid, signal.SIGKILL)
                owner.wait()
                raise Fault(f"a run did not end within 120 s after {', '.join(hits) or 'nothing'}")
            if fault and not PLACES[fault][1] and os.path.exists(mark):
                hits.append(self.hit(fault))
                fault = None
                instant = time.monotonic() + self.random.uniform(0, 1.0)
            if not hits:
                ended |= world.well_ended(owner.pid, walked)
            if fault is None and self.names and self.names[0] in SIGNALS:
                if time.monotonic() >= instant and self.signal(
                        owner, self.names[0], None if hits else lambda: ended.update(
                            world.well_ended(owner.pid, walked))):
                    hits.append(self.hit(self.names[0]))
                    instant = time.monotonic() + self.random.uniform(0, 1.0)
        # An owner that was told to die a moment later may have ended well by then.
        if fault and os.path.exists(mark) and (not PLACES[fault][1] or status == -signal.SIGKILL):
            hits.append(self.hit(fault))
        return status, hits

    def hit(self, name):
        self.names.remove(name)
        self.counts[name] = self.counts.get(name, 0) + 1
        total = sum(self.counts.values())
        if total % 20 == 0:
            self.say(f"{self.grid}: {total} kills, {len(self.names)} to come")
        return name

    def signal(self, owner, name, look):
        """Whether the signals reached their victim. Looks at what has ended while the owner stands still,
        if nothing was disturbed before."""
        whom, numbers = SIGNALS[name]
        if whom == "owner":
            victim = owner.pid
        elif whom == "guard":
            guards = [child for child in children(owner.pid) if is_guard(child)]
            if not guards:
                return False
            victim = guards[0]
        else:
            jobs = children(owner.pid)
            if not jobs:
                return False
            # A worker, the guard of a program, or the program.
            jobs += [grandchild for job in jobs for grandchild in children(job)]
            victim = self.random.choice(jobs)
        for index, number in enumerate(numbers):
            if index > 0:
                time.sleep(self.random.uniform(0.01, 0.4))
                if look and numbers[:index] == [signal.SIGSTOP] and whom == "owner":
                    look()
            if owner.poll() is not None or not send(victim, number):
                return index > 0
        return True


def is_guard(pid):
    """Whether a process is the guard of an owner's programs."""
    try:
        with open(f"/proc/{pid}/comm") as file:
            return file.read() == "espalier-guard\n"
    except OSError:
        return False
