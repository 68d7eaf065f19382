"""HyperQueue's side of compare.py: a server and a worker with so many cores in this process, and N tasks.

    hyperqueue_side.py FOLDER TASKS CORES COMMAND...

Its last line is JSON: the seconds from the submission to the end of the last task, how exact they are, and
the version of the package. The package on PyPI has the server, the worker and the client; its server cannot
be told to keep a journal.

The client's own waiting looks once a second, which would round every figure up to whole seconds. Here it is
left after each look, and the next one comes when half of the time has passed that the rest of the tasks
should take: so the looks cost next to nothing, and those at the end are ten milliseconds apart.
"""

import importlib.metadata
import json
import sys
import time

from hyperqueue import Job, LocalCluster
from hyperqueue.cluster import WorkerConfig

SHORTEST, LONGEST = 0.01, 1.0


class Unfinished(Exception):
    """Leaves the client's waiting after one look."""


def look(client, job):
    """How many of a job's tasks are finished, and whether it is over."""
    seen = {}

    def take(jobs):
        seen.update(jobs[job.id])
        if not seen["completed"]:
            raise Unfinished

    try:
        client.connection.wait_for_jobs([job.id], take)
    except Unfinished:
        pass
    return seen["finished"], seen["completed"]


def wait(client, job, tasks, start):
    """The seconds to the end of the last task, and by how many they may be too long."""
    before = start
    while True:
        finished, is_over = look(client, job)
        now = time.perf_counter()
        if is_over:
            return now - start, now - before
        before = now
        rest = (now - start) * (tasks - finished) / max(finished, 1)
        time.sleep(min(max(rest / 2, SHORTEST), LONGEST) if finished else SHORTEST)


def main():
    folder, tasks, cores, command = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
    with LocalCluster(folder, WorkerConfig(cores=cores)) as cluster:
        client = cluster.client()
        job = Job(max_fails=1)
        for _ in range(tasks):
            job.program(command, stdout=None, stderr=None)
        start = time.perf_counter()
        submitted = client.submit(job)
        seconds, resolution = wait(client, submitted, tasks, start)
        if client.get_failed_tasks(submitted):
            sys.exit("tasks failed")
        print(json.dumps({
            "seconds": seconds, "resolution": resolution,
            "version": importlib.metadata.version("hyperqueue")}))


main()
