#define _GNU_SOURCE
#include "fault.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const names[] = {
    [ESPALIER_FAULT_OWNER_START] = "owner-start",
    [ESPALIER_FAULT_COMMIT] = "commit",
    [ESPALIER_FAULT_COMMITTED] = "committed",
    [ESPALIER_FAULT_PROGRAM] = "program",
    [ESPALIER_FAULT_EXPORT] = "export",
    [ESPALIER_FAULT_MERGE] = "merge",
    [ESPALIER_FAULT_WORKER_START] = "worker-start",
    [ESPALIER_FAULT_TRAINING] = "training",
    [ESPALIER_FAULT_EVALUATION] = "evaluation",
    [ESPALIER_FAULT_ARTIFACT] = "artifact",
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int fatal_place = -1;
static long fatal_passage;
static long delay; // microseconds
static const char *mark;
static atomic_long passages;

static void refuse(const char *wish) {
  fprintf(
      stderr, "espalier: ESPALIER_FAULT=%s is not of the form PLACE:N[+MICROSECONDS][@FILE]\n", wish);
  _exit(2);
}

static void read_wish(void) {
  const char *wish = getenv("ESPALIER_FAULT");
  if (wish == NULL) return;
  const char *colon = strchr(wish, ':');
  if (colon == NULL) refuse(wish);
  size_t length = (size_t)(colon - wish);
  for (int place = 0; place < (int)(sizeof names / sizeof *names); place++) {
    if (strlen(names[place]) == length && strncmp(names[place], wish, length) == 0)
      fatal_place = place;
  }
  char *end;
  fatal_passage = strtol(colon + 1, &end, 10);
  if (*end == '+') delay = strtol(end + 1, &end, 10);
  if (*end == '@') {
    mark = end + 1;
  } else if (*end != '\0') {
    refuse(wish);
  }
  if (fatal_place < 0 || fatal_passage < 1 || delay < 0) refuse(wish);
}

static void die(void) {
  if (mark != NULL) {
    int file = open(mark, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0) return;
    close(file);
  }
  if (delay == 0) kill(getpid(), SIGKILL);
  struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL};
  struct itimerspec time = {
      .it_value = {.tv_sec = delay / 1000000, .tv_nsec = delay % 1000000 * 1000}};
  timer_t timer;
  if (timer_create(CLOCK_MONOTONIC, &event, &timer) == 0) timer_settime(timer, 0, &time, NULL);
}

void espalier_fault_pass(enum espalier_fault_place place) {
  pthread_once(&once, read_wish);
  if ((int)place != fatal_place) return;
  if (atomic_fetch_add(&passages, 1) + 1 == fatal_passage) die();
}
