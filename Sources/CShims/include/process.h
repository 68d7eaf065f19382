#ifndef ESPALIER_PROCESS_H
#define ESPALIER_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

// Starting processes that cannot outlive their owner, and finding out about others.

// What a process is to be, and what became of the attempt to start it.
struct espalier_spawn {
  const char *path; // the file to execute
  char *const *arguments; // ends with NULL
  char *const *environment;
  int descriptors[3];  // what it gets as 0, 1 and 2; everything else is closed
  uint64_t open_files; // soft limit, 0 leaves the caller's

  // Where the process writes down who it is before it executes the file: a line of
  // ESPALIER_REGISTRY_LINE bytes, "PID EARLIEST LATEST" and spaces, between which clock ticks since
  // boot it began; -1 for nowhere. Doing this in the child leaves no instant in which the process runs
  // and is not on record.
  int registry;
  int64_t registry_offset;

  // Filled in.
  int process_descriptor; // a pidfd, close-on-exec; becomes readable when the process ends
  int failed_step;        // enum espalier_spawn_step, when -1 is returned
  int error;              // errno of that step
};

enum espalier_spawn_step {
  ESPALIER_SPAWN_CLONE = 1,
  ESPALIER_SPAWN_GROUP,
  ESPALIER_SPAWN_PARENT_DEATH,
  ESPALIER_SPAWN_ORPHANED,
  ESPALIER_SPAWN_DESCRIPTORS,
  ESPALIER_SPAWN_REGISTRY,
  ESPALIER_SPAWN_DIRECTORY,
  ESPALIER_SPAWN_LIMIT,
  ESPALIER_SPAWN_EXECUTE,
};

enum { ESPALIER_REGISTRY_LINE = 64 };

// Starts a process that leads a group of its own, gets SIGKILL when the calling *thread* ends, and
// has default signal dispositions and an empty signal mask. The caller waits until the file is
// being executed. Returns the process id, or -1 with `failed_step` and `error` set.
pid_t espalier_spawn(struct espalier_spawn *spawn);

// What /proc knows of a process.
struct espalier_process {
  char state; // 'Z' for one that has ended and was not waited for
  pid_t parent;
  pid_t group;
  pid_t session;
  uint64_t start_time; // clock ticks since boot: with the boot, it tells a process from a later one
                       // of the same id
  uint64_t resident;   // bytes
};

// Reads /proc/PID/stat, with PID 0 standing for the caller. Returns 0, or -1 when there is no such
// process. Safe between clone and exec.
int espalier_process_read(pid_t pid, struct espalier_process *process);

// A pipe whose ends are close-on-exec from the start, so that no process started meanwhile gets
// them. Returns 0, or -1 with errno.
int espalier_pipe(int ends[2]);

// Reads entries of an open folder as getdents64(2) has them, each at least 24 bytes. Returns how many
// bytes, or -1 with errno.
int64_t espalier_directory_read(int folder, void *buffer, uint64_t size);

// The type of the file system that `path` is on, as statfs(2) numbers them. Returns 0, or -1 with
// errno.
int espalier_file_system_type(const char *path, uint32_t *type);

#endif
