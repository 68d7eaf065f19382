"""HyperQueue's side of compare.py: a server and a worker with so many cores in this process, and N tasks.

    hyperqueue_side.py FOLDER TASKS CORES COMMAND...

Prints the seconds from the submission to the end of the last task. The package on PyPI has the server,
the worker and the client; its server cannot be told to keep a journal.
"""

import sys
import time

from hyperqueue import Job, LocalCluster
from hyperqueue.cluster import WorkerConfig


def main():
    folder, tasks, cores, command = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:]
    with LocalCluster(folder, WorkerConfig(cores=cores)) as cluster:
        client = cluster.client()
        job = Job(max_fails=1)
        for _ in range(tasks):
            job.program(command, stdout=None, stderr=None)
        start = time.perf_counter()
        submitted = client.submit(job)
        client.connection.wait_for_jobs([submitted.id], lambda _: None)
        seconds = time.perf_counter() - start
        if client.get_failed_tasks(submitted):
            sys.exit("tasks failed")
        print(seconds)


main()
