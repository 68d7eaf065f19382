"""Stores that are full, read-only, damaged or in use: the program stops with status 4 and a sentence,
or mends what can be mended, and completes with the same bytes once the reason is gone."""

import contextlib
import os
import shutil
import signal
import subprocess
import time

from .world import Fault, World, send


class Skipped(Exception):
    """A case that this machine cannot show, in words."""


def expect(holds, words):
    if not holds:
        raise Fault(words)


def refused(world, what, *needed, arguments=("run", "builtin.yaml", "--output", "quiet")):
    """The command ends with status 4 and says so in words; returns them."""
    status, words = world.run(*arguments)
    expect(status == 4, f"{what}: status {status}, not 4: {words}")
    expect(
        any(word in words for word in needed), f"{what}: no word of {' or '.join(needed)}: {words}")
    return words


def complete(world, reference, *arguments, grid="builtin"):
    status, words = world.run("run", f"{grid}.yaml", "--output", "quiet", *arguments)
    expect(status == 0, f"afterwards: status {status}: {words}")
    for name, bytes in world.tables(grid).items():
        expect(bytes == reference[name], f"afterwards: {name} differs from the undisturbed run")


@contextlib.contextmanager
def mounted(world, size):
    """A small file system of its own as the results folder."""
    results = world.path("results")
    os.makedirs(results)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", results]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        raise Skipped("a file system can only be mounted as root with the right to mount")

    def remount(options):
        subprocess.run(["mount", "-o", f"remount,{options}", results], check=True)

    try:
        yield remount
    finally:
        for pid in world.processes():
            send(pid, signal.SIGKILL)
        for _ in range(50):
            if subprocess.run(["umount", results], capture_output=True).returncode == 0:
                break
            time.sleep(0.1)


def full_disk(world, references, size="400k", grid="builtin"):
    with mounted(world, size) as remount:
        refused(
            world, f"a disk of {size}", "full", "No room", "No space left",
            arguments=("run", f"{grid}.yaml", "--output", "quiet"))
        remount("size=64m")
        complete(world, references[grid], grid=grid)


def full_disks(world, references, sizes=("40k", "160k", "260k", "400k", "600k", "800k"), needed=3):
    """Disks that are full at various times: when the table is made, grows, or an artifact is put."""
    shown = []
    for size in sizes:
        inner = World(world.program, world.folder)
        with mounted(inner, size) as remount:
            status, words = inner.run("run", "builtin.yaml", "--output", "quiet")
            if status == 0:
                break
            expect(status == 4, f"a disk of {size}: status {status}: {words}")
            expect(
                any(word in words for word in ["full", "No room", "No space left"]),
                f"a disk of {size}: it said: {words}")
            remount("size=64m")
            complete(inner, references["builtin"])
            shown.append(size)
    expect(len(shown) >= needed, f"only disks of {', '.join(shown)} were too small")


def full_disks_briefly(world, references):
    full_disks(world, references, sizes=("160k", "400k"), needed=1)


def full_disk_external(world, references):
    full_disk(world, references, size="250k", grid="external")


def read_only_folder(world, references):
    if os.geteuid() == 0:
        with mounted(world, "64m") as remount:
            status, words = begin_and_stop(world)
            remount("ro")
            refused(world, "a read-only folder", "read-only", "Read-only")
            remount("rw")
            complete(world, references["builtin"])
        return
    begin_and_stop(world)
    results = world.path("results")
    os.chmod(results, 0o555)
    try:
        refused(world, "a read-only folder", "read-only", "Permission denied")
    finally:
        os.chmod(results, 0o755)
    complete(world, references["builtin"])


def begin_and_stop(world, commits=6):
    """A run that is killed when it has recorded something."""
    process = world.start("run", "builtin.yaml", "--output", "quiet", fault=f"committed:{commits}")
    status = process.wait(120)
    world.wait_until_gone(5, "an owner that was killed")
    expect(status == -signal.SIGKILL, f"the run was to be killed and ended with status {status}")
    return status, world.words()


def truncated_table_briefly(world, references):
    truncated_table(world, references, sizes=(100, None))


def truncated_table(world, references, sizes=(0, 100, 5000, None)):
    """A table that was cut off is refused; without it everything is done again."""
    for size in sizes:
        inner = World(world.program, world.folder)
        status, words = inner.run("run", "builtin.yaml", "--output", "quiet")
        expect(status == 0, f"status {status}: {words}")
        table = inner.path("results", "jobs.sqlite")
        for ending in ["-wal", "-shm"]:
            with contextlib.suppress(FileNotFoundError):
                os.remove(table + ending)
        os.truncate(table, os.path.getsize(table) // 2 if size is None else size)
        refused(inner, f"a table cut to {size}", "damaged")
        os.remove(table)
        complete(inner, references["builtin"])


def damaged_table_briefly(world, references):
    damaged_table(world, references, every=30)


def damaged_table(world, references, every=5):
    """A table with a page of nonsense in it is refused."""
    status, words = world.run("run", "builtin.yaml", "--output", "quiet")
    expect(status == 0, f"status {status}: {words}")
    table = world.path("results", "jobs.sqlite")
    kept = table + ".kept"
    shutil.copy(table, kept)
    for page in range(1, os.path.getsize(table) // 4096, every):
        shutil.copy(kept, table)
        with open(table, "r+b") as file:
            file.seek(page * 4096)
            file.write(b"\xa5" * 4096)
        refused(world, f"a table whose page {page} is nonsense", "damaged")
    os.replace(kept, table)
    complete(world, references["builtin"])


def torn_log(world, references):
    """A write-ahead log that ends in the middle of a commit counts up to the one before."""
    begin_and_stop(world)
    log = world.path("results", "jobs.sqlite-wal")
    expect(os.path.exists(log), "the killed owner left no write-ahead log")
    os.truncate(log, os.path.getsize(log) - 2000)
    complete(world, references["builtin"])


def damaged_artifact(world, references):
    """A damaged, truncated or missing artifact is made again when it is needed."""
    more = ("--set", "axes.seed.count=4")
    status, words = world.run("run", "builtin.yaml", "--output", "quiet", *more)
    expect(status == 0, f"status {status}: {words}")
    wanted = world.tables("builtin")
    for name in ["damaged", "truncated", "missing"]:
        inner = World(world.program, world.folder)
        status, words = inner.run("run", "builtin.yaml", "--output", "quiet")
        expect(status == 0, f"status {status}: {words}")
        count = 0
        for folder, _, files in os.walk(inner.path("results", "artifacts")):
            for file in files:
                path = os.path.join(folder, file)
                count += 1
                if name == "missing":
                    os.remove(path)
                elif name == "truncated":
                    os.truncate(path, os.path.getsize(path) // 2)
                else:
                    with open(path, "r+b") as bytes:
                        bytes.seek(os.path.getsize(path) * 2 // 3)
                        bytes.write(b"\xa5\x5a\xa5\x5a")
        expect(count > 0, "the run left no artifacts")
        complete(inner, wanted, *more)
        reopened = list(inner.record().attempts.values()).count("artifactLost")
        # What is missing is seen before anything begins, what is damaged only when it is read.
        expect(name == "missing" or reopened > 0, f"no stage with a {name} artifact was opened again")


def two_owners(world, references):
    """The second owner is told who holds the folder."""
    first = world.start("run", "external.yaml", "-j", "2", "--output", "quiet")
    try:
        lock = world.path("results", "owner.lock")
        while not (os.path.exists(lock) and os.path.getsize(lock)) and first.poll() is None:
            time.sleep(0.01)
        words = refused(
            world, "a second owner", str(first.pid),
            arguments=("run", "builtin.yaml", "--output", "quiet"))
        expect("in use" in words, f"it said: {words}")
    finally:
        status = first.wait(120)
    expect(status == 0, f"the first owner ended with status {status}")
    for name, bytes in world.tables("external").items():
        expect(bytes == references["external"][name], f"{name} differs")


def readers(world, references):
    """Commands that read change no byte and hold nobody up."""
    owner = world.start("run", "external.yaml", "-j", "2", "--output", "quiet")
    table = world.path("results", "jobs.sqlite")
    while not os.path.exists(table + "-wal") and owner.poll() is None:
        time.sleep(0.01)
    commands = [["status", "external.yaml"], ["status"], ["report", "external.yaml"],
                ["plan", "external.yaml"]]
    for _ in range(4):
        time.sleep(0.1)
        if owner.poll() is not None or not send(owner.pid, signal.SIGSTOP):
            break
        wait_until_stopped(owner)
        before = contents(world)
        for command in commands:
            world.run(*command)
        after = contents(world)
        send(owner.pid, signal.SIGCONT)
        changed = [name for name in before.keys() | after.keys()
                   if before.get(name) != after.get(name)]
        expect(not changed, f"reading changed {', '.join(sorted(changed))}")
    reader = None
    while owner.poll() is None:
        if reader is None or reader.poll() is not None:
            reader = world.start("status", "external.yaml")
            # One that stands still in the midst of reading must not stop the owner.
            time.sleep(0.015)
            send(reader.pid, signal.SIGSTOP)
            time.sleep(0.2)
            send(reader.pid, signal.SIGCONT)
    if reader:
        expect(reader.wait(60) == 0, f"a reader failed: {world.words()}")
    expect(owner.returncode == 0, f"the owner ended with status {owner.returncode}")
    for name, bytes in world.tables("external").items():
        expect(bytes == references["external"][name], f"{name} differs")


def wait_until_stopped(process):
    """Until all threads of a process that was sent SIGSTOP stand still: one may be in the midst of a
    write."""
    folder = f"/proc/{process.pid}/task"
    while process.poll() is None:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            states = []
            for thread in os.listdir(folder):
                with open(f"{folder}/{thread}/stat") as file:
                    states.append(file.read().rpartition(")")[2].split()[0])
            if all(state in "TZX" for state in states):
                return
        time.sleep(0.005)


def contents(world):
    """Every file's bytes, but for the log's index in shared memory, where readers leave their marks,
    what programs that go on meanwhile write, and what their guard writes down of starting them."""
    files = {}
    for folder, _, names in os.walk(world.path("results")):
        for name in names:
            path = os.path.join(folder, name)
            inside = os.path.relpath(path, world.path("results")).split(os.sep)
            if name.endswith("-shm") or inside == ["processes"] or "work" in inside[:-1]:
                continue
            with contextlib.suppress(FileNotFoundError), open(path, "rb") as file:
                files[path] = file.read()
    return files


CASES = {
    "full disk": full_disks,
    "full disk, external program": full_disk_external,
    "read-only folder": read_only_folder,
    "truncated table": truncated_table,
    "damaged table": damaged_table,
    "torn write-ahead log": torn_log,
    "damaged artifacts": damaged_artifact,
    "two owners": two_owners,
    "readers during a run": readers,
}

# Shorter versions of the above, for `tools/test`.
BRIEF = {
    "full disk, early and late": full_disks_briefly,
    "truncated table, twice": truncated_table_briefly,
    "damaged table, once": damaged_table_briefly,
}


def run(name, program, home, references):
    """“ok”, why it was skipped, or what went wrong."""
    world = World(program, home)
    try:
        (CASES | BRIEF)[name](world, references)
        world.wait_until_gone(5, "the case")
    except Skipped as reason:
        return f"skipped: {reason}"
    except Fault as fault:
        return f"WRONG: {fault}"
    finally:
        world.remove()
    return "ok"
