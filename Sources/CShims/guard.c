#define _GNU_SOURCE
#include "guard.h"

#include "internal.h"
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// Other threads of the owner may have held any lock when the copy was made, so the guard calls nothing
// but async-signal-safe functions and takes its memory from the kernel. All signals stay blocked in it.

enum { SOCKET, JOURNAL, REGISTRY, OWNER, CHILDREN, NOTHING, DESCRIPTORS };

enum {
  LONGEST_LINE = 1 << 20, // of what is read as a report
  LONGEST_PIECE = 1 << 16,
  LONGEST_PATH = 4096,
};

// How many milliseconds what a program says, and that it has started, may wait for what the owner waits
// for, and how much of it: hearing of each by itself costs the owner more than starting a program.
enum { PATIENCE = 100, MOST_WAITING = 1 << 16 };

struct place {
  pid_t pid; // 0 for a place that is free
  int output;
  int error;
  int64_t registry_offset;
  int64_t job;
  int64_t attempt;
  // The beginning of a line that may become a report.
  char *line;
  size_t length;
  size_t capacity;
  int is_other_line; // it does not begin like one, or is too long
};

static struct espalier_guard settings;
static struct place *places;
static struct pollfd *entries;
static char **pointers; // arguments and environment of the program that is being started
static size_t shared_variables;
static long ticks_per_second;

static char incoming[ESPALIER_LONGEST_FRAME];
static size_t incoming_length;
static char outgoing[8 * LONGEST_PIECE];
static size_t outgoing_length;
static int outgoing_is_awaited;  // by the owner, or long enough here
static uint64_t outgoing_since;  // when the first of it came, in milliseconds
static int owner_is_there = 1;

static char journal[1 << 16];
static size_t journal_length;
static uint64_t journal_written;
static uint64_t journal_end; // of what is whole in the present file
static int journal_number;
static int journal_error; // errno of a write that failed: nothing more is written
static int journal_error_is_told;
static int journal_is_whole = 1;

static char child_stack[1 << 15] __attribute__((aligned(16)));
static int child_failed_step;
static int child_error;

static void *pages(size_t bytes) {
  void *start = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return start == MAP_FAILED ? NULL : start;
}

static uint64_t ticks(void) {
  struct timespec time;
  clock_gettime(CLOCK_BOOTTIME, &time);
  return (uint64_t)time.tv_sec * (uint64_t)ticks_per_second +
         (uint64_t)time.tv_nsec / (uint64_t)(1000000000 / ticks_per_second);
}

static uint64_t milliseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

// MARK: - The journal

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

// Appends to the file. After a write that failed nothing more is written: what comes later could join a
// torn line, or say that something ended well of which a report is missing.
static void write_out(const char *bytes, size_t count) {
  if (count == 0 || journal_error != 0) return;
  if (write_all(JOURNAL, bytes, count) == 0) {
    journal_written += count;
    journal_end += count;
    return;
  }
  journal_error = errno;
  while (ftruncate(JOURNAL, (off_t)journal_end) != 0 && errno == EINTR) continue;
}

static void flush_journal(void) {
  write_out(journal, journal_length);
  journal_length = 0;
}

static void write_journal(const char *bytes, size_t count) {
  if (count > sizeof journal - journal_length) flush_journal();
  if (count > sizeof journal) {
    write_out(bytes, count);
  } else {
    memcpy(journal + journal_length, bytes, count);
    journal_length += count;
  }
}

static void write_journal_line(const struct place *place, const char *line, size_t length) {
  char head[48];
  char *end = espalier_append_number(head, (uint64_t)place->job);
  *end++ = ' ';
  end = espalier_append_number(end, (uint64_t)place->attempt);
  *end++ = ' ';
  write_journal(head, (size_t)(end - head));
  write_journal(line, length);
  write_journal("\n", 1);
}

// Begins a journal; one that is there already may still be needed. Returns its descriptor, or -1 with
// errno.
static int open_journal(int number) {
  char path[LONGEST_PATH];
  size_t length = strlen(settings.journal);
  if (length + 24 > sizeof path) {
    errno = ENAMETOOLONG;
    return -1;
  }
  memcpy(path, settings.journal, length);
  *espalier_append_number(path + length, (uint64_t)number) = '\0';
  int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
  if (file < 0) return -1;
  if (flock(file, LOCK_EX | LOCK_NB) == 0) return file;
  int error = errno;
  close(file);
  errno = error;
  return -1;
}

// MARK: - Frames to the owner

static size_t room(void) { return sizeof outgoing - outgoing_length; }

static void put_frame(int type, int detail, uint32_t place, int32_t value);

// Sends what it can; waits for room if it must.
static void flush_outgoing(int must) {
  flush_journal();
  if (journal_error != 0 && !journal_error_is_told && room() >= sizeof(struct espalier_frame)) {
    journal_error_is_told = 1;
    put_frame(ESPALIER_FRAME_JOURNAL_FAILED, 0, 0, journal_error);
  }
  size_t done = 0;
  while (owner_is_there && done < outgoing_length) {
    ssize_t count =
        send(SOCKET, outgoing + done, outgoing_length - done, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count > 0) {
      done += (size_t)count;
    } else if (errno == EAGAIN && !must) {
      break;
    } else if (errno == EAGAIN) {
      struct pollfd waiting[2] = {
          {.fd = SOCKET, .events = POLLOUT}, {.fd = OWNER, .events = POLLIN}};
      poll(waiting, 2, -1);
      if (waiting[1].revents != 0) owner_is_there = 0;
    } else if (errno != EINTR) {
      owner_is_there = 0;
    }
  }
  if (!owner_is_there) done = outgoing_length;
  memmove(outgoing, outgoing + done, outgoing_length - done);
  outgoing_length -= done;
  outgoing_is_awaited = outgoing_length > 0;
}

// A frame of so many bytes was put behind the others.
static void has_put(int type, size_t size) {
  if (outgoing_length == 0) outgoing_since = milliseconds();
  outgoing_length += size;
  int can_wait = type == ESPALIER_FRAME_STARTED || type == ESPALIER_FRAME_OUTPUT ||
                 type == ESPALIER_FRAME_ERROR;
  if (!can_wait || outgoing_length >= MOST_WAITING) outgoing_is_awaited = 1;
}

// For how long what is there may still wait; -1 when there is nothing, or it is sent as soon as it can be.
static int patience(void) {
  if (outgoing_length == 0 || outgoing_is_awaited) return -1;
  uint64_t waited = milliseconds() - outgoing_since;
  return waited < PATIENCE ? (int)(PATIENCE - waited) : 0;
}

static void put_frame(int type, int detail, uint32_t place, int32_t value) {
  struct espalier_frame frame = {
      .size = sizeof frame, .type = (uint16_t)type, .detail = (uint16_t)detail, .place = place,
      .value = value};
  if (room() < sizeof frame) flush_outgoing(1);
  memcpy(outgoing + outgoing_length, &frame, sizeof frame);
  has_put(type, sizeof frame);
}

// MARK: - What programs say

static int begins_like_a_report(const char *line, size_t length) {
  size_t start = 0;
  while (start < length && (line[start] == ' ' || line[start] == '\t')) start++;
  return start < length && line[start] == '{';
}

// Whether a line may be a report: it begins like an object and names metrics.
static int may_be_report(const char *line, size_t length) {
  static const char word[] = "\"metrics\"";
  return begins_like_a_report(line, length) &&
         memmem(line, length, word, sizeof word - 1) != NULL;
}

static void end_line(struct place *place) {
  if (!place->is_other_line && may_be_report(place->line, place->length))
    write_journal_line(place, place->line, place->length);
  place->length = 0;
  place->is_other_line = 0;
}

// Keeps a part of a line until its end comes.
static void keep(struct place *place, const char *bytes, size_t count) {
  if (place->is_other_line || count == 0) return;
  size_t needed = place->length + count;
  int is_blank = 1;
  for (size_t index = 0; index < count && is_blank; index++)
    is_blank = bytes[index] == ' ' || bytes[index] == '\t';
  int begins = place->length > 0 && begins_like_a_report(place->line, place->length);
  if (needed > LONGEST_LINE || !(begins || is_blank || begins_like_a_report(bytes, count))) {
    place->is_other_line = 1;
    return;
  }
  if (needed > place->capacity) {
    size_t capacity = place->capacity == 0 ? 4096 : place->capacity;
    while (capacity < needed) capacity *= 2;
    char *line = place->capacity == 0
                     ? pages(capacity)
                     : mremap(place->line, place->capacity, capacity, MREMAP_MAYMOVE);
    if (line == NULL || line == MAP_FAILED) {
      place->is_other_line = 1;
      journal_is_whole = 0;
      return;
    }
    place->line = line;
    place->capacity = capacity;
  }
  memcpy(place->line + place->length, bytes, count);
  place->length = needed;
}

static void take_output(struct place *place, const char *bytes, size_t count) {
  while (count > 0) {
    const char *end = memchr(bytes, '\n', count);
    if (end == NULL) return keep(place, bytes, count);
    size_t length = (size_t)(end - bytes);
    if (place->length == 0 && !place->is_other_line) {
      if (may_be_report(bytes, length)) write_journal_line(place, bytes, length);
    } else {
      keep(place, bytes, length);
      end_line(place);
    }
    bytes = end + 1;
    count -= length + 1;
  }
}

// Reads one piece of what a program says and passes it on. Returns whether there was one.
static int read_piece(struct place *place, int type) {
  int *file = type == ESPALIER_FRAME_OUTPUT ? &place->output : &place->error;
  struct espalier_frame frame = {
      .type = (uint16_t)type, .place = (uint32_t)(place - places)};
  if (room() < sizeof frame + LONGEST_PIECE) flush_outgoing(1);
  char *bytes = outgoing + outgoing_length + sizeof frame;
  ssize_t count;
  do {
    count = read(*file, bytes, LONGEST_PIECE);
  } while (count < 0 && errno == EINTR);
  if (count <= 0) {
    close(*file);
    *file = -1;
    return 0;
  }
  if (type == ESPALIER_FRAME_OUTPUT) take_output(place, bytes, (size_t)count);
  frame.size = (uint32_t)(sizeof frame + (size_t)count);
  memcpy(outgoing + outgoing_length, &frame, sizeof frame);
  has_put(type, frame.size);
  return 1;
}

// MARK: - The end of a program

// A process that left the group may go on writing; a full pipe is all that is waited for.
static void read_rest(struct place *place, int type) {
  for (int pieces = 0; pieces < 16; pieces++) {
    int file = type == ESPALIER_FRAME_OUTPUT ? place->output : place->error;
    int waiting = 0;
    if (file < 0 || ioctl(file, FIONREAD, &waiting) != 0 || waiting == 0) break;
    if (!read_piece(place, type)) break;
  }
  int *file = type == ESPALIER_FRAME_OUTPUT ? &place->output : &place->error;
  if (*file >= 0) close(*file);
  *file = -1;
}

// The program has ended and was not waited for, so its group's number is still its own.
static void finish(struct place *place, const siginfo_t *end) {
  kill(-place->pid, SIGKILL);
  read_rest(place, ESPALIER_FRAME_OUTPUT);
  read_rest(place, ESPALIER_FRAME_ERROR);
  int has_exited = end->si_code == CLD_EXITED;
  if (has_exited && end->si_status == 0 && place->length > 0) end_line(place);
  place->length = 0;
  place->is_other_line = 0;
  if (has_exited) {
    char line[32] = "exited ";
    char *last = espalier_append_number(line + strlen(line), (uint64_t)end->si_status);
    if (journal_is_whole) write_journal_line(place, line, (size_t)(last - line));
  }
  flush_journal();
  put_frame(
      has_exited ? ESPALIER_FRAME_EXITED : ESPALIER_FRAME_KILLED, 0, (uint32_t)(place - places),
      end->si_status);
  // The owner thinks of what comes next while the rest is cleared away.
  flush_outgoing(0);
  while (waitpid(place->pid, NULL, 0) < 0 && errno == EINTR) continue;
  espalier_write_registry(REGISTRY, place->registry_offset, 0, 0, 0, "");
  place->pid = 0;
}

static struct place *place_of(pid_t pid) {
  for (int index = 0; index < settings.places; index++) {
    if (places[index].pid == pid) return &places[index];
  }
  return NULL;
}

static void finish_ended(void) {
  struct signalfd_siginfo signals;
  while (read(CHILDREN, &signals, sizeof signals) < 0 && errno == EINTR) continue;
  while (1) {
    siginfo_t end = {0};
    if (waitid(P_ALL, 0, &end, WEXITED | WNOWAIT | WNOHANG) != 0 && errno != EINTR) return;
    if (end.si_pid == 0) return;
    struct place *place = place_of(end.si_pid);
    if (place != NULL) {
      finish(place, &end);
    } else {
      waitpid(end.si_pid, NULL, WNOHANG);
    }
  }
}

// The owner is gone, or wants no more: ends what runs, writes down what it said, and ends.
static void shut_down(void) {
  for (int index = 0; index < settings.places; index++) {
    if (places[index].pid != 0) kill(-places[index].pid, SIGKILL);
  }
  for (int index = 0; index < settings.places; index++) {
    struct place *place = &places[index];
    if (place->pid == 0) continue;
    siginfo_t end = {0};
    while (waitid(P_PID, (id_t)place->pid, &end, WEXITED | WNOWAIT) != 0 && errno == EINTR) continue;
    finish(place, &end);
  }
  flush_journal();
  // Nobody else will see to it; an error loses at most what a power cut would have.
  fdatasync(JOURNAL);
  _exit(0);
}

// MARK: - The start of a program

struct child {
  const char *path;
  char *const *arguments;
  char *const *environment;
  int64_t registry_offset;
  uint64_t address_space;
  uint64_t earliest;
  int output;
  int error;
  pid_t parent;
};

static void fail_child(int step) {
  child_error = errno;
  child_failed_step = step;
  _exit(127);
}

// Shares the guard's memory until it executes.
static int run_child(void *argument) {
  struct child *child = argument;
  if (setpgid(0, 0) != 0) fail_child(ESPALIER_SPAWN_GROUP);
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) fail_child(ESPALIER_SPAWN_PARENT_DEATH);
  // The guard may have died before it could be watched.
  if (getppid() != child->parent) fail_child(ESPALIER_SPAWN_ORPHANED);
  // Here and not in the guard: there is no instant in which the program runs and is not on record.
  if (espalier_write_registry(
          REGISTRY, child->registry_offset, getpid(), child->earliest, ticks(), "") != 0)
    fail_child(ESPALIER_SPAWN_REGISTRY);
  // All sources are above the targets, and the guard's own are closed by the execution.
  if (dup2(NOTHING, 0) < 0 || dup2(child->output, 1) < 0 || dup2(child->error, 2) < 0)
    fail_child(ESPALIER_SPAWN_DESCRIPTORS);
  if (settings.directory != NULL && chdir(settings.directory) != 0)
    fail_child(ESPALIER_SPAWN_DIRECTORY);
  if (espalier_set_limits(settings.open_files, child->address_space) != 0)
    fail_child(ESPALIER_SPAWN_LIMIT);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  execve(child->path, child->arguments, child->environment);
  fail_child(ESPALIER_SPAWN_EXECUTE);
  return 127;
}

// A variable of the program's own replaces one that all programs get.
static int is_replaced(const char *variable, char *const *own, size_t count) {
  const char *end = strchr(variable, '=');
  size_t length = end == NULL ? strlen(variable) : (size_t)(end - variable) + 1;
  for (size_t index = 0; index < count; index++) {
    if (strncmp(own[index], variable, length) == 0) return 1;
  }
  return 0;
}

static void start(struct espalier_frame *frame) {
  struct espalier_start start;
  memcpy(&start, (char *)frame + sizeof *frame, sizeof start);
  struct place *place = &places[frame->place];
  char *text = (char *)frame + sizeof *frame + sizeof start;
  size_t count = (size_t)start.arguments + start.variables + shared_variables + 2;
  pointers = pages(count * sizeof *pointers);
  int output[2] = {-1, -1};
  int error[2] = {-1, -1};
  child_failed_step = 0;
  if (pointers == NULL || pipe2(output, O_CLOEXEC) != 0 || pipe2(error, O_CLOEXEC) != 0) {
    child_failed_step = ESPALIER_SPAWN_CLONE;
    child_error = errno;
  } else {
    struct child child = {
        .path = text, .registry_offset = start.registry_offset,
        .address_space = start.address_space, .earliest = ticks(), .output = output[1],
        .error = error[1], .parent = getpid()};
    text += strlen(text) + 1;
    size_t next = 0;
    child.arguments = pointers;
    for (uint32_t index = 0; index < start.arguments; index++) {
      pointers[next++] = text;
      text += strlen(text) + 1;
    }
    pointers[next++] = NULL;
    child.environment = pointers + next;
    for (uint32_t index = 0; index < start.variables; index++) {
      pointers[next++] = text;
      text += strlen(text) + 1;
    }
    for (char *const *variable = settings.environment; *variable != NULL; variable++) {
      if (!is_replaced(*variable, child.environment, start.variables)) pointers[next++] = *variable;
    }
    pointers[next] = NULL;
    pid_t pid = clone(
        run_child, child_stack + sizeof child_stack, CLONE_VM | CLONE_VFORK | SIGCHLD, &child);
    if (pid < 0) {
      child_failed_step = ESPALIER_SPAWN_CLONE;
      child_error = errno;
    } else if (child_failed_step != 0) {
      while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
      espalier_write_registry(REGISTRY, start.registry_offset, 0, 0, 0, "");
    } else {
      place->pid = pid;
      place->output = output[0];
      place->error = error[0];
      place->job = start.job;
      place->attempt = start.attempt;
      place->registry_offset = start.registry_offset;
      output[0] = -1;
      error[0] = -1;
    }
  }
  if (pointers != NULL) munmap(pointers, count * sizeof *pointers);
  for (int end = 0; end < 2; end++) {
    if (output[end] >= 0) close(output[end]);
    if (error[end] >= 0) close(error[end]);
  }
  if (child_failed_step != 0) {
    put_frame(ESPALIER_FRAME_FAILED, child_failed_step, frame->place, child_error);
  } else {
    put_frame(ESPALIER_FRAME_STARTED, 0, frame->place, place->pid);
  }
}

static void take_frame(struct espalier_frame *frame) {
  if (frame->place >= (uint32_t)settings.places) return;
  struct place *place = &places[frame->place];
  switch (frame->type) {
  case ESPALIER_FRAME_START:
    if (place->pid == 0) start(frame);
    break;
  case ESPALIER_FRAME_SIGNAL:
    if (place->pid != 0) kill(-place->pid, frame->value);
    break;
  }
}

static void take_frames(void) {
  ssize_t count = recv(SOCKET, incoming + incoming_length, sizeof incoming - incoming_length, 0);
  if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
  if (count <= 0) {
    owner_is_there = 0;
    return;
  }
  incoming_length += (size_t)count;
  size_t done = 0;
  while (incoming_length - done >= sizeof(struct espalier_frame)) {
    struct espalier_frame head;
    memcpy(&head, incoming + done, sizeof head);
    if (head.size < sizeof head || head.size > sizeof incoming) {
      owner_is_there = 0;
      return;
    }
    if (head.size > incoming_length - done) break;
    // Frames may lie anywhere, and their heads are read as they are.
    memmove(incoming, incoming + done, incoming_length - done);
    incoming_length -= done;
    done = 0;
    take_frame((struct espalier_frame *)(void *)incoming);
    done = head.size;
  }
  memmove(incoming, incoming + done, incoming_length - done);
  incoming_length -= done;
}

// MARK: - The guard itself

// A new journal, once the present one has become long. One that cannot be made leaves that.
static void turn_journal(void) {
  if (journal_error != 0) return;
  int file = open_journal(journal_number + 1);
  if (file < 0) {
    journal_written = 0;
    return;
  }
  fdatasync(JOURNAL);
  dup3(file, JOURNAL, O_CLOEXEC);
  close(file);
  journal_written = 0;
  journal_end = 0;
  journal_number += 1;
  put_frame(ESPALIER_FRAME_JOURNAL, 0, 0, journal_number);
}

// Writes down what was said, and sends it if it is time for that.
static void pass_on(void) {
  flush_journal();
  if (patience() == 0) outgoing_is_awaited = 1;
  int has_failed = journal_error != 0 && !journal_error_is_told;
  if (outgoing_is_awaited || has_failed) flush_outgoing(0);
}

static void serve(void) {
  while (1) {
    int can_read = room() >= sizeof(struct espalier_frame) + LONGEST_PIECE;
    int count = 0;
    entries[count++] = (struct pollfd){.fd = CHILDREN, .events = POLLIN};
    entries[count++] = (struct pollfd){.fd = OWNER, .events = POLLIN};
    entries[count++] = (struct pollfd){
        .fd = SOCKET, .events = (short)(POLLIN | (outgoing_is_awaited ? POLLOUT : 0))};
    for (int index = 0; index < settings.places; index++) {
      struct place *place = &places[index];
      int is_there = place->pid != 0 && can_read;
      entries[count++] = (struct pollfd){.fd = is_there ? place->output : -1, .events = POLLIN};
      entries[count++] = (struct pollfd){.fd = is_there ? place->error : -1, .events = POLLIN};
    }
    if (poll(entries, (nfds_t)count, patience()) < 0) continue;
    for (int index = 0; index < settings.places; index++) {
      struct place *place = &places[index];
      if (entries[3 + 2 * index].revents != 0) read_piece(place, ESPALIER_FRAME_OUTPUT);
      if (entries[4 + 2 * index].revents != 0) read_piece(place, ESPALIER_FRAME_ERROR);
    }
    if (entries[0].revents != 0) finish_ended();
    if (entries[1].revents != 0) owner_is_there = 0;
    pass_on();
    if (entries[2].revents & (POLLIN | POLLHUP | POLLERR)) {
      take_frames();
      pass_on();
    }
    if (!owner_is_there) shut_down();
    if (journal_written > settings.journal_length) turn_journal();
  }
}

// Where the owner waits for the answer, and what has failed.
static int answer_socket;
static int failed_step;

// Puts what the guard needs at the lowest numbers and closes everything else.
static int arrange_descriptors(int descriptors[DESCRIPTORS]) {
  for (int target = 0; target < DESCRIPTORS; target++) {
    descriptors[target] = fcntl(descriptors[target], F_DUPFD_CLOEXEC, DESCRIPTORS);
    if (descriptors[target] < 0) return -1;
  }
  answer_socket = descriptors[SOCKET];
  for (int target = 0; target < DESCRIPTORS; target++) {
    if (dup3(descriptors[target], target, O_CLOEXEC) < 0) return -1;
  }
  answer_socket = SOCKET;
  espalier_close_from(DESCRIPTORS);
  return 0;
}

struct beginning {
  struct espalier_guard *guard;
  pid_t owner;
  int socket;
};

// What the guard tells the owner once.
struct answer {
  int step; // 0: it serves
  int error;
};

static int prepare(const struct beginning *beginning) {
  settings = *beginning->guard;
  prctl(PR_SET_NAME, "espalier-guard");
  espalier_reset_signals();
  ticks_per_second = sysconf(_SC_CLK_TCK);
  for (char *const *variable = settings.environment; *variable != NULL; variable++)
    shared_variables += 1;
  failed_step = ESPALIER_GUARD_MEMORY;
  places = pages((size_t)settings.places * sizeof *places);
  entries = pages((size_t)(3 + 2 * settings.places) * sizeof *entries);
  if (places == NULL || entries == NULL) return -1;
  failed_step = ESPALIER_GUARD_JOURNAL;
  journal_number = settings.journal_number;
  int first = open_journal(journal_number);
  if (first < 0) return -1;
  failed_step = ESPALIER_GUARD_DESCRIPTORS;
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  int descriptors[DESCRIPTORS] = {
      beginning->socket,
      first,
      settings.registry,
      (int)syscall(SYS_pidfd_open, beginning->owner, 0),
      signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK),
      open("/dev/null", O_RDONLY | O_CLOEXEC)};
  for (int index = 0; index < DESCRIPTORS; index++) {
    if (descriptors[index] < 0) return -1;
  }
  if (arrange_descriptors(descriptors) != 0) return -1;
  failed_step = ESPALIER_GUARD_ORPHANED;
  if (getppid() != beginning->owner) {
    errno = ESRCH;
    return -1;
  }
  failed_step = ESPALIER_GUARD_GROUP;
  if (setpgid(0, 0) != 0) return -1;
  failed_step = ESPALIER_GUARD_REGISTRY;
  struct espalier_process self;
  if (espalier_process_read(0, &self) != 0) return -1;
  return espalier_write_registry(
      REGISTRY, settings.registry_offset, getpid(), self.start_time, self.start_time, "guard");
}

static int run_guard(void *argument) {
  const struct beginning *beginning = argument;
  answer_socket = beginning->socket;
  struct answer answer = {0, 0};
  if (prepare(beginning) != 0) answer = (struct answer){failed_step, errno};
  // Once it is arranged, the socket has its own number.
  if (send(answer_socket, &answer, sizeof answer, MSG_NOSIGNAL) != (ssize_t)sizeof answer ||
      answer.step != 0)
    _exit(127);
  serve();
  return 0;
}

pid_t espalier_guard_start(struct espalier_guard *guard) {
  int ends[2];
  guard->failed_step = ESPALIER_GUARD_CLONE;
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    guard->error = errno;
    return -1;
  }
  struct beginning beginning = {guard, getpid(), ends[1]};
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  // The guard has a copy of this stack.
  char stack[1 << 16] __attribute__((aligned(16)));
  pid_t pid = clone(run_guard, stack + sizeof stack, SIGCHLD, &beginning);
  struct answer answer = {ESPALIER_GUARD_CLONE, errno};
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  close(ends[1]);
  if (pid >= 0) {
    ssize_t count;
    do {
      count = recv(ends[0], &answer, sizeof answer, MSG_WAITALL);
    } while (count < 0 && errno == EINTR);
    if (count != (ssize_t)sizeof answer) answer = (struct answer){ESPALIER_GUARD_DIED, EPIPE};
    if (answer.step == 0) {
      guard->socket = ends[0];
      return pid;
    }
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
  }
  close(ends[0]);
  guard->failed_step = answer.step;
  guard->error = answer.error;
  return -1;
}
