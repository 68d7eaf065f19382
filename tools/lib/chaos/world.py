"""A results folder with a program at work in it, and what can be seen of both from outside."""

import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time

from . import grids

MARK = "ESPALIER_CHAOS"


class Fault(Exception):
    """Something that must never happen, in words."""


class World:
    """One folder with the grids and their results; every process started for it bears its mark."""

    count = 0

    def __init__(self, program, home):
        World.count += 1
        self.program = program
        self.folder = os.path.join(home, f"world-{World.count}")
        self.mark = f"{os.getpid()}-{World.count}"
        grids.write(self.folder)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def start(self, *arguments, fault=None):
        environment = dict(os.environ, **{MARK: self.mark})
        environment.pop("ESPALIER_FAULT", None)
        if fault:
            environment["ESPALIER_FAULT"] = fault
        log = open(self.path("owner.err"), "wb")
        try:
            return subprocess.Popen(
                [self.program, *arguments], cwd=self.folder, env=environment, stdout=log,
                stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
        finally:
            log.close()

    def run(self, *arguments, timeout=300):
        """Runs a command to its end: its status and what it said."""
        process = self.start(*arguments)
        try:
            status = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise Fault(f"{' '.join(arguments)} did not end within {timeout} s")
        return status, self.words()

    def words(self):
        """What the last command said."""
        with open(self.path("owner.err"), errors="replace") as file:
            return file.read()

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)

    # What is in the folder.

    def tables(self, grid, results="results"):
        """The bytes that have to be the same whatever happened."""
        files = {}
        for name in ["runs.csv", "summary.csv"]:
            with open(self.path(results, grid, name), "rb") as file:
                files[name] = file.read()
        return files

    def record(self):
        """What the job table holds, read from a copy as after a power cut; None without a table."""
        table = self.path("results", "jobs.sqlite")
        if not os.path.exists(table):
            return None
        with tempfile.TemporaryDirectory() as copy:
            for ending in ["", "-wal"]:
                if os.path.exists(table + ending):
                    shutil.copy(table + ending, os.path.join(copy, "jobs.sqlite" + ending))
            database = sqlite3.connect(os.path.join(copy, "jobs.sqlite"))
            try:
                return Record(database)
            finally:
                database.close()

    def walks(self):
        """What external programs wrote down: (word, run, attempt), and after "ended" their process."""
        try:
            with open(self.path("walks")) as file:
                return [tuple(line.split()) for line in file]
        except FileNotFoundError:
            return []

    def well_ended(self, owner, since):
        """The (run, attempt) of programs that have ended well for certain: the last that they did was to
        say so, and then they were waited for, by a guard whose owner lived on. How one ended that was
        killed between its last word and its end is known to its guard alone. `since` is the number of
        words that were there before this owner."""
        words = self.walks()[since:]
        began = {tuple(rest[:2]) for word, *rest in words if word == "began"}
        gone = {
            tuple(rest[:2]) for word, *rest in words
            if word == "ended" and len(rest) == 3 and not os.path.exists(f"/proc/{rest[2]}")}
        return began & gone if state(owner) not in "ZX" else set()

    # Processes.

    def processes(self):
        """Every process that bears the mark, but for those that are only waited for."""
        wanted = f"{MARK}={self.mark}".encode()
        found = []
        for name in os.listdir("/proc"):
            if not name.isdigit():
                continue
            try:
                with open(f"/proc/{name}/environ", "rb") as file:
                    if wanted in file.read().split(b"\0") and state(int(name)) not in "ZX":
                        found.append(int(name))
            except OSError:
                continue
        return found

    def wait_until_gone(self, seconds, what, pick=lambda pid: True):
        """Waits until no process of the world is left of those that are picked."""
        end = time.monotonic() + seconds
        while True:
            left = [pid for pid in self.processes() if pick(pid)]
            if not left:
                return
            if time.monotonic() > end:
                words = ", ".join(f"{pid} ({command(pid)})" for pid in left)
                for pid in left:
                    send(pid, signal.SIGKILL)
                raise Fault(f"{what} left processes: {words}")
            time.sleep(0.02)


class Record:
    """A moment of a job table."""

    def __init__(self, database):
        def rows(text):
            return database.execute(text).fetchall()

        self.results = dict(rows(
            "SELECT hex(s.key), r.metrics FROM result r JOIN stage s ON s.id = r.stage_id"))
        self.attempts = {(job, number): outcome for job, number, outcome in rows(
            "SELECT job_id, number, outcome FROM attempt")}
        self.done_runs = {run for (run,) in rows(
            "SELECT run FROM run JOIN run_stage rs ON rs.run_id = run.id JOIN stage s ON s.id = rs.stage_id "
            "JOIN job j ON j.id = s.job_id GROUP BY run.id HAVING min(j.state = 1) = 1")}

    def check_after(self, before):
        """Nothing that was acknowledged before may be gone or changed."""
        for key, metrics in before.results.items():
            if key not in self.results:
                raise Fault(f"the result of stage {key[:12]} is lost")
            if self.results[key] != metrics:
                raise Fault(f"the result of stage {key[:12]} changed")
        for attempt, outcome in before.attempts.items():
            if attempt not in self.attempts:
                raise Fault(f"attempt {attempt[1]} at job {attempt[0]} is lost")
            if outcome is not None and self.attempts[attempt] != outcome:
                raise Fault(f"the outcome of attempt {attempt[1]} at job {attempt[0]} changed")


def state(pid):
    """The letter of a process's state; X for one that is gone."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0]
    except OSError:
        return "X"


def command(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().replace(b"\0", b" ").decode(errors="replace").strip()[:60]
    except OSError:
        return "gone"


def children(pid):
    """The processes that were started by any thread of this one."""
    found = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as file:
                found += [int(child) for child in file.read().split()]
    except OSError:
        pass
    return sorted(child for child in found if state(child) not in "ZX")


def send(pid, number):
    """Whether the signal reached a process."""
    try:
        os.kill(pid, number)
        return True
    except ProcessLookupError:
        return False
