#ifndef ESPALIER_GUARD_H
#define ESPALIER_GUARD_H

#include <stdint.h>
#include <sys/types.h>

// The guard: one small process of the owner's that starts the programs of a session, is their parent,
// and outlives the owner for as long as it takes to end them and to write down what they said. It is a
// copy of the owner with one thread that executes nothing else, which is cheaper than starting a
// program, and it starts programs as posix_spawn would.
//
// Every program leads a process group of its own, gets SIGKILL when the guard ends, and has default
// signal dispositions and an empty signal mask. The guard ends the rest of a program's group with it,
// and signals the group only while the program was not waited for, so that its number is its own.
//
// Before it passes anything on, the guard appends to its journal each whole line of a program's standard
// output that begins like a JSON object and names "metrics", as "JOB ATTEMPT LINE", and, when a program
// has ended by itself, "JOB ATTEMPT exited STATUS". So what programs have reported, and that they ended
// well, survives an owner that is killed at any instant. The journal is the file PREFIX and a number, which
// must not be there before; it is locked (flock) until all of it is there, and a new one is begun when it
// has become long. After a write that failed it ends with what was whole before, and gets nothing more.

// What the guard is told to be. Strings are copied with the owner's memory.
struct espalier_guard {
  char *const *environment; // what all programs get, ends with NULL
  const char *directory;    // where all programs run; NULL leaves the owner's
  const char *journal;      // the path of the journal without its number
  int journal_number;       // of the first one
  uint64_t journal_length;  // bytes after which another one is begun
  uint64_t open_files;      // soft limit of programs, 0 leaves the owner's
  int registry;             // see espalier_spawn; a program's line is cleared when it is gone
  int64_t registry_offset;  // the guard's own line, whose last word is "guard"
  int places;               // how many programs may run at once

  // Filled in.
  int socket;      // frames go both ways; close-on-exec
  int failed_step; // enum espalier_guard_step, when -1 is returned
  int error;       // errno of that step
};

enum espalier_guard_step {
  ESPALIER_GUARD_CLONE = 1, // the process could not be made, or the socket to it
  ESPALIER_GUARD_MEMORY,
  ESPALIER_GUARD_JOURNAL,
  ESPALIER_GUARD_DESCRIPTORS,
  ESPALIER_GUARD_ORPHANED,
  ESPALIER_GUARD_GROUP,
  ESPALIER_GUARD_REGISTRY,
  ESPALIER_GUARD_DIED, // it ended before it could say anything
};

// Starts the guard and returns its process id, or -1 with `failed_step` and `error` set.
pid_t espalier_guard_start(struct espalier_guard *guard);

// Frames are in the machine's own byte order and lie back to back. `size` counts all of it. From the guard
// they come in the order in which things happened; that a program has started, and what it says, may wait
// for a tenth of a second, or for 64 KiB, for what the owner waits for. So much of the logs is lost when
// the guard is killed; of reports nothing, they are in the journal.
struct espalier_frame {
  uint32_t size;
  uint16_t type; // enum espalier_frame_type
  uint16_t detail;
  uint32_t place; // which program, below `places`
  int32_t value;
};

enum espalier_frame_type {
  // To the guard.
  ESPALIER_FRAME_START = 1, // an espalier_start follows
  ESPALIER_FRAME_SIGNAL,    // value: the signal, for the whole group

  // From the guard.
  ESPALIER_FRAME_STARTED, // value: the process id
  ESPALIER_FRAME_FAILED,  // detail: enum espalier_spawn_step, value: errno; the place is free
  ESPALIER_FRAME_OUTPUT,  // bytes of standard output follow
  ESPALIER_FRAME_ERROR,   // bytes of standard error follow
  ESPALIER_FRAME_EXITED,  // value: the status; the place is free
  ESPALIER_FRAME_KILLED,  // value: the signal; the place is free
  ESPALIER_FRAME_JOURNAL, // value: the number of the journal that is begun
  ESPALIER_FRAME_JOURNAL_FAILED, // value: errno of a write; the journal gets nothing more
};

// Behind the frame's head; then, each ending with a zero byte: the path of the file, `arguments`
// arguments, `variables` variables NAME=VALUE that come before what all programs get.
struct espalier_start {
  int64_t job;
  int64_t attempt;
  int64_t registry_offset;
  uint64_t address_space; // limit in bytes, 0 for none
  uint32_t arguments;
  uint32_t variables;
};

// A longer frame is not taken by the guard.
enum { ESPALIER_LONGEST_FRAME = 4 << 20 };

#endif
