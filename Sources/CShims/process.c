#define _GNU_SOURCE
#include "process.h"

#include "internal.h"

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

char *espalier_append_number(char *end, uint64_t number) {
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
    end = espalier_append_number(end, (uint64_t)pid);
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

void espalier_reset_signals(void) {
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

static int write_registry(struct espalier_spawn *spawn) {
  struct espalier_process process;
  if (espalier_process_read(0, &process) != 0) process.start_time = 0;
  return espalier_write_registry(
      spawn->registry, spawn->registry_offset, getpid(), process.start_time, process.start_time, "");
}

int espalier_write_registry(
    int registry, int64_t offset, pid_t pid, uint64_t earliest, uint64_t latest, const char *kind) {
  char line[ESPALIER_REGISTRY_LINE];
  memset(line, ' ', sizeof line);
  line[sizeof line - 1] = '\n';
  if (pid != 0) {
    char *end = espalier_append_number(line, (uint64_t)pid);
    end = espalier_append_number(end + 1, earliest);
    end = espalier_append_number(end + 1, latest);
    memcpy(end + 1, kind, strlen(kind));
  }
  ssize_t written = pwrite(registry, line, sizeof line, offset);
  if (written == (ssize_t)sizeof line) return 0;
  if (written >= 0) errno = ENOSPC;
  return -1;
}

void espalier_close_from(unsigned first) {
  if (syscall(SYS_close_range, first, ~0U, 0U) == 0) return;
  // Before Linux 5.9. The owner opens everything close-on-exec; this is for what it inherited.
  struct rlimit limit;
  rlim_t end = getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : 1024;
  if (end > 65536) end = 65536;
  for (rlim_t number = first; number < end; number++) close((int)number);
}

int espalier_set_limits(uint64_t open_files, uint64_t address_space) {
  struct rlimit limit;
  if (open_files != 0) {
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
    limit.rlim_cur = open_files;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) return -1;
  }
  if (address_space != 0) {
    // A lower hard limit is somebody's decision; only the superuser could lift it.
    if (getrlimit(RLIMIT_AS, &limit) != 0) return -1;
    if (limit.rlim_max > address_space) limit.rlim_max = address_space;
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
  espalier_reset_signals();
  if (setpgid(0, 0) != 0) fail(spawn, ESPALIER_SPAWN_GROUP, errno);
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) fail(spawn, ESPALIER_SPAWN_PARENT_DEATH, errno);
  // The parent may have died before it could be watched.
  if (getppid() != child->parent) fail(spawn, ESPALIER_SPAWN_ORPHANED, ESRCH);
  if (spawn->registry >= 0 && write_registry(spawn) != 0)
    fail(spawn, ESPALIER_SPAWN_REGISTRY, errno);
  if (move_descriptors(spawn) != 0) fail(spawn, ESPALIER_SPAWN_DESCRIPTORS, errno);
  espalier_close_from(3);
  if (espalier_set_limits(spawn->open_files, 0) != 0) fail(spawn, ESPALIER_SPAWN_LIMIT, errno);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execve(spawn->path, spawn->arguments, spawn->environment);
  return fail(spawn, ESPALIER_SPAWN_EXECUTE, errno);
}

pid_t espalier_spawn(struct espalier_spawn *spawn) {
  spawn->failed_step = 0;
  spawn->error = 0;
  spawn->process_descriptor = -1;
  struct child child = {spawn, getpid()};
  // A handler of ours must not run in the child, which shares our memory.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  // The caller is suspended until the child executes or exits, so the stack may be a part of ours.
  char stack[32768] __attribute__((aligned(16)));
  int descriptor = -1;
  pid_t pid = clone(
      run_child, stack + sizeof stack, CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &child,
      &descriptor);
  int error = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
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

int64_t espalier_directory_read(int folder, void *buffer, uint64_t size) {
  return syscall(SYS_getdents64, folder, buffer, size);
}

int espalier_file_system_type(const char *path, uint32_t *type) {
  struct statfs status;
  if (statfs(path, &status) != 0) return -1;
  *type = (uint32_t)status.f_type;
  return 0;
}
