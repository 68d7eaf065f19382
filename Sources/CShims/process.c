#define _GNU_SOURCE
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

// The child shares the parent's memory until it executes (CLONE_VM | CLONE_VFORK, as posix_spawn
// does it), so that starting a process costs the same however large the owner is. It therefore calls
// nothing but async-signal-safe functions and writes nothing but its own stack and `spawn`.

static char *append_number(char *end, uint64_t number) {
  char digits[20];
  int count = 0;
  do {
    digits[count++] = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  while (count > 0) *end++ = digits[--count];
  return end;
}

static const char *skip_field(const char *text) {
  while (*text != ' ' && *text != '\0') text++;
  while (*text == ' ') text++;
  return text;
}

static int64_t parse_number(const char *text) {
  int negative = *text == '-';
  if (negative) text++;
  int64_t number = 0;
  while (*text >= '0' && *text <= '9') number = number * 10 + (*text++ - '0');
  return negative ? -number : number;
}

int espalier_process_read(pid_t pid, struct espalier_process *process) {
  char path[40] = "/proc/";
  char *end = path + strlen(path);
  if (pid == 0) {
    memcpy(end, "self", 4);
    end += 4;
  } else {
    end = append_number(end, (uint64_t)pid);
  }
  memcpy(end, "/stat", 6);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  char text[1024];
  ssize_t length = read(file, text, sizeof text - 1);
  close(file);
  if (length <= 0) return -1;
  text[length] = '\0';
  // The second field is the name in brackets and may hold anything, brackets too.
  const char *field = strrchr(text, ')');
  if (field == NULL) return -1;
  field = skip_field(field);
  process->state = *field;
  field = skip_field(field);
  process->parent = (pid_t)parse_number(field);
  field = skip_field(field);
  process->group = (pid_t)parse_number(field);
  field = skip_field(field);
  process->session = (pid_t)parse_number(field);
  for (int number = 6; number < 22; number++) field = skip_field(field);
  process->start_time = (uint64_t)parse_number(field);
  field = skip_field(skip_field(field));
  process->resident = (uint64_t)parse_number(field) * (uint64_t)sysconf(_SC_PAGESIZE);
  return 0;
}

struct child {
  struct espalier_spawn *spawn;
  pid_t parent;
};

static void reset_signals(void) {
  // The kernel's own structure, all zero: default action, no flags, empty mask. The C library's call
  // refuses two signals that it keeps to itself, and one that is ignored stays so through exec.
  unsigned long action[4] = {0};
  for (int number = 1; number < NSIG; number++)
    syscall(SYS_rt_sigaction, number, action, NULL, sizeof(unsigned long));
}

static int move_descriptors(struct espalier_spawn *spawn) {
  int sources[3];
  // Out of the way first, so that no source is overwritten before its turn.
  for (int target = 0; target < 3; target++) {
    sources[target] = fcntl(spawn->descriptors[target], F_DUPFD_CLOEXEC, 3);
    if (sources[target] < 0) return -1;
  }
  for (int target = 0; target < 3; target++) {
    if (dup2(sources[target], target) < 0) return -1;
  }
  return 0;
}

static char *append_process(char *end, pid_t pid) {
  struct espalier_process process;
  if (espalier_process_read(pid, &process) != 0) process.start_time = 0;
  end = append_number(end, (uint64_t)pid);
  return append_number(end + 1, process.start_time) + 1;
}

// A guard is 0 where there is none.
static int write_registry(struct espalier_spawn *spawn, pid_t guard) {
  char line[ESPALIER_REGISTRY_LINE];
  memset(line, ' ', sizeof line);
  line[sizeof line - 1] = '\n';
  char *end = append_process(line, getpid());
  if (guard != 0) append_process(end, guard);
  ssize_t written = pwrite(spawn->registry, line, sizeof line, spawn->registry_offset);
  if (written == (ssize_t)sizeof line) return 0;
  if (written >= 0) errno = ENOSPC;
  return -1;
}

static void close_from(unsigned first) {
  if (syscall(SYS_close_range, first, ~0U, 0U) == 0) return;
  // Before Linux 5.9. The owner opens everything close-on-exec; this is for what it inherited.
  struct rlimit limit;
  rlim_t end = getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 1024;
  if (end > 65536) end = 65536;
  for (rlim_t number = first; number < end; number++) close((int)number);
}

static int set_limits(struct espalier_spawn *spawn) {
  struct rlimit limit;
  if (spawn->open_files != 0) {
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
    limit.rlim_cur = spawn->open_files;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
  }
  if (spawn->address_space != 0) {
    // A lower hard limit is somebody's decision; only the superuser could lift it.
    if (getrlimit(RLIMIT_AS, &limit) != 0) return -1;
    if (limit.rlim_max > spawn->address_space) limit.rlim_max = spawn->address_space;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_AS, &limit) != 0) return -1;
  }
  return 0;
}

static int fail(struct espalier_spawn *spawn, int step, int error) {
  spawn->error = error;
  spawn->failed_step = step;
  _exit(127);
}

static int run_child(void *argument) {
  struct child *child = argument;
  struct espalier_spawn *spawn = child->spawn;
  reset_signals();
  if (setpgid(0, 0) != 0) fail(spawn, ESPALIER_SPAWN_GROUP, errno);
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) fail(spawn, ESPALIER_SPAWN_PARENT_DEATH, errno);
  // The parent may have died before it could be watched.
  if (getppid() != child->parent) fail(spawn, ESPALIER_SPAWN_ORPHANED, ESRCH);
  if (spawn->registry >= 0 && write_registry(spawn, spawn->journal >= 0 ? child->parent : 0) != 0)
    fail(spawn, ESPALIER_SPAWN_REGISTRY, errno);
  if (move_descriptors(spawn) != 0) fail(spawn, ESPALIER_SPAWN_DESCRIPTORS, errno);
  if (spawn->directory != NULL && chdir(spawn->directory) != 0)
    fail(spawn, ESPALIER_SPAWN_DIRECTORY, errno);
  close_from(3);
  if (set_limits(spawn) != 0) fail(spawn, ESPALIER_SPAWN_LIMIT, errno);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execve(spawn->path, spawn->arguments, spawn->environment);
  return fail(spawn, ESPALIER_SPAWN_EXECUTE, errno);
}

// The guard is a copy of the owner with one thread that executes nothing else, which is cheaper than
// starting a program. Other threads may have held any lock when the copy was made, so it too calls
// nothing but async-signal-safe functions. All signals stay blocked in it.

enum { GUARD_OUTPUT, GUARD_FORWARD, GUARD_JOURNAL, GUARD_PROGRAM, GUARD_OWNER, GUARD_DESCRIPTORS };

struct guard {
  struct espalier_spawn *spawn;
  pid_t owner;
  int answer;
};

struct guard_answer {
  pid_t group;
  int failed_step;
  int error;
};

// One line of the longest length that is read as a report.
static char guard_line[1 << 20];
static size_t guard_line_length;
static int guard_line_is_too_long;
static int guard_journal_is_whole = 1;
static char guard_chunk[1 << 16];
static char guard_stack[1 << 15] __attribute__((aligned(16)));

static int write_all(int file, const char *bytes, size_t count) {
  while (count > 0) {
    ssize_t written = write(file, bytes, count);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return -1;
    bytes += written;
    count -= (size_t)written;
  }
  return 0;
}

// A journal that has a hole must not say that all ended well.
static void write_journal(const char *bytes, size_t count) {
  if (write_all(GUARD_JOURNAL, bytes, count) != 0) guard_journal_is_whole = 0;
}

static void end_line(void) {
  size_t start = 0;
  while (start < guard_line_length && (guard_line[start] == ' ' || guard_line[start] == '\t')) start++;
  if (!guard_line_is_too_long && start < guard_line_length && guard_line[start] == '{') {
    guard_line[guard_line_length] = '\n';
    write_journal(guard_line, guard_line_length + 1);
  }
  guard_line_length = 0;
  guard_line_is_too_long = 0;
}

static void keep(const char *bytes, size_t count) {
  for (size_t index = 0; index < count; index++) {
    if (bytes[index] == '\n') {
      end_line();
    } else if (guard_line_length + 1 < sizeof guard_line) {
      guard_line[guard_line_length++] = bytes[index];
    } else {
      guard_line_is_too_long = 1;
    }
  }
}

// Passes one piece on. Returns whether there was one.
static int pass_on(int *owner_is_there) {
  ssize_t count;
  do {
    count = read(GUARD_OUTPUT, guard_chunk, sizeof guard_chunk);
  } while (count < 0 && errno == EINTR);
  if (count <= 0) return 0;
  keep(guard_chunk, (size_t)count);
  if (*owner_is_there && write_all(GUARD_FORWARD, guard_chunk, (size_t)count) != 0)
    *owner_is_there = 0;
  return 1;
}

// Until here the process, though it has ended, was not waited for, so that its number and its group's
// were its own and the owner could signal the group.
static void end_like(pid_t group, const siginfo_t *end) {
  if (end->si_code == CLD_EXITED) {
    waitpid(group, NULL, 0);
    _exit(end->si_status);
  }
  int number = end->si_pid != 0 ? end->si_status : SIGKILL;
  struct rlimit none = {0, 0};
  setrlimit(RLIMIT_CORE, &none);
  reset_signals();
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, number);
  waitpid(group, NULL, 0);
  kill(getpid(), number);
  sigprocmask(SIG_UNBLOCK, &set, NULL);
  _exit(128 + number);
}

static void finish_guard(pid_t group, int owner_is_there) {
  // The process was not waited for yet, so the group's number is still its own.
  kill(-group, SIGKILL);
  siginfo_t end = {0};
  while (waitid(P_PID, (id_t)group, &end, WEXITED | WNOWAIT) != 0 && errno == EINTR) continue;
  // A process that left the group may go on writing; a full pipe is all that is waited for.
  fcntl(GUARD_OUTPUT, F_SETFL, O_NONBLOCK);
  for (int pieces = 0; pieces < 16 && pass_on(&owner_is_there); pieces++) continue;
  if (end.si_code == CLD_EXITED) {
    if (end.si_status == 0 && guard_line_length > 0) end_line();
    char line[32] = "exited ";
    char *last = append_number(line + strlen(line), (uint64_t)end.si_status);
    *last++ = '\n';
    if (guard_journal_is_whole) write_journal(line, (size_t)(last - line));
  }
  // An error here loses at most what a power cut would have.
  fdatasync(GUARD_JOURNAL);
  end_like(group, &end);
}

static void watch_program(pid_t group) {
  int owner_is_there = 1;
  struct pollfd entries[3] = {
      {.fd = GUARD_OUTPUT, .events = POLLIN},
      {.fd = GUARD_PROGRAM, .events = POLLIN},
      {.fd = GUARD_OWNER, .events = POLLIN}};
  while (1) {
    if (poll(entries, 3, -1) < 0) continue;
    if (entries[0].revents != 0 && !pass_on(&owner_is_there)) entries[0].fd = -1;
    if (entries[2].revents != 0) owner_is_there = 0;
    if (entries[1].revents != 0 || !owner_is_there) finish_guard(group, owner_is_there);
  }
}

// Puts what the guard needs at the lowest numbers and closes everything else.
static int arrange_descriptors(int descriptors[GUARD_DESCRIPTORS]) {
  for (int target = 0; target < GUARD_DESCRIPTORS; target++) {
    descriptors[target] = fcntl(descriptors[target], F_DUPFD_CLOEXEC, GUARD_DESCRIPTORS);
    if (descriptors[target] < 0) return -1;
  }
  for (int target = 0; target < GUARD_DESCRIPTORS; target++) {
    if (dup2(descriptors[target], target) < 0) return -1;
  }
  return 0;
}

static int run_guard(void *argument) {
  struct guard *guard = argument;
  struct espalier_spawn *spawn = guard->spawn; // a copy of the owner's
  struct guard_answer answer = {0, ESPALIER_SPAWN_GUARD, 0};
  prctl(PR_SET_NAME, "espalier-guard");
  int output[2];
  int owner = (int)syscall(SYS_pidfd_open, guard->owner, 0);
  int program = -1;
  if (owner >= 0 && getppid() == guard->owner && setpgid(0, 0) == 0 &&
      (spawn->registry < 0 || write_registry(spawn, 0) == 0) &&
      flock(spawn->journal, LOCK_EX | LOCK_NB) == 0 && pipe2(output, O_CLOEXEC) == 0) {
    int forward = spawn->descriptors[1];
    spawn->descriptors[1] = output[1];
    struct child child = {spawn, getpid()};
    pid_t pid = clone(
        run_child, guard_stack + sizeof guard_stack,
        CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &child, &program);
    int error = errno;
    int descriptors[GUARD_DESCRIPTORS] = {output[0], forward, spawn->journal, program, owner};
    if (pid < 0) {
      answer.failed_step = ESPALIER_SPAWN_CLONE;
      answer.error = error;
    } else if (spawn->failed_step != 0) {
      answer.failed_step = spawn->failed_step;
      answer.error = spawn->error;
    } else {
      answer = (struct guard_answer){pid, 0, 0};
      int told = fcntl(guard->answer, F_DUPFD_CLOEXEC, GUARD_DESCRIPTORS);
      if (arrange_descriptors(descriptors) == 0 &&
          write_all(told, (const char *)&answer, sizeof answer) == 0) {
        close_from(GUARD_DESCRIPTORS);
        watch_program(pid);
      }
      kill(-pid, SIGKILL);
      _exit(127);
    }
  } else {
    answer.error = errno;
  }
  write_all(guard->answer, (const char *)&answer, sizeof answer);
  _exit(127);
}

static ssize_t read_answer(int file, struct guard_answer *answer) {
  size_t done = 0;
  while (done < sizeof *answer) {
    ssize_t count = read(file, (char *)answer + done, sizeof *answer - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return -1;
    done += (size_t)count;
  }
  return (ssize_t)done;
}

pid_t espalier_spawn(struct espalier_spawn *spawn) {
  spawn->failed_step = 0;
  spawn->error = 0;
  spawn->process_descriptor = -1;
  spawn->group = 0;
  int is_guarded = spawn->journal >= 0;
  int answer_pipe[2] = {-1, -1};
  if (is_guarded && pipe2(answer_pipe, O_CLOEXEC) != 0) {
    spawn->failed_step = ESPALIER_SPAWN_CLONE;
    spawn->error = errno;
    return -1;
  }
  struct child child = {spawn, getpid()};
  struct guard guard = {spawn, getpid(), answer_pipe[1]};
  // A handler of ours must not run in the child, which shares our memory.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  // The caller is suspended until the child executes or exits, so the stack may be a part of ours; a
  // guard has a copy of it.
  char stack[32768] __attribute__((aligned(16)));
  int descriptor = -1;
  pid_t pid = is_guarded
                  ? clone(
                        run_guard, stack + sizeof stack, CLONE_PIDFD | SIGCHLD, &guard, &descriptor)
                  : clone(
                        run_child, stack + sizeof stack,
                        CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &child, &descriptor);
  int error = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  spawn->group = pid;
  if (is_guarded) {
    close(answer_pipe[1]);
    struct guard_answer answer = {0, ESPALIER_SPAWN_GUARD, EPIPE};
    if (pid >= 0 && read_answer(answer_pipe[0], &answer) < 0)
      answer = (struct guard_answer){0, ESPALIER_SPAWN_GUARD, EPIPE};
    close(answer_pipe[0]);
    spawn->group = answer.group;
    spawn->failed_step = answer.failed_step;
    spawn->error = answer.error;
  }
  if (pid < 0) {
    spawn->failed_step = ESPALIER_SPAWN_CLONE;
    spawn->error = error;
    return -1;
  }
  if (spawn->failed_step != 0) {
    close(descriptor);
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
    return -1;
  }
  spawn->process_descriptor = descriptor;
  return pid;
}

int espalier_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int espalier_file_system_type(const char *path, uint32_t *type) {
  struct statfs status;
  if (statfs(path, &status) != 0) return -1;
  *type = (uint32_t)status.f_type;
  return 0;
}
