#define _GNU_SOURCE
#include "watch.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <time.h>

int espalier_watch_make(void) { return epoll_create1(EPOLL_CLOEXEC); }

static int control(int watch, int operation, int descriptor, uint64_t name, int writing) {
  struct epoll_event event = {
      .events = (writing ? EPOLLOUT : EPOLLIN) | EPOLLONESHOT, .data.u64 = name};
  return epoll_ctl(watch, operation, descriptor, &event);
}

int espalier_watch_add(int watch, int descriptor, uint64_t name, int writing) {
  return control(watch, EPOLL_CTL_ADD, descriptor, name, writing);
}

int espalier_watch_arm(int watch, int descriptor, uint64_t name, int writing) {
  return control(watch, EPOLL_CTL_MOD, descriptor, name, writing);
}

int espalier_watch_remove(int watch, int descriptor) {
  return epoll_ctl(watch, EPOLL_CTL_DEL, descriptor, 0);
}

int espalier_watch_wait(int watch, uint64_t *names, int capacity, int milliseconds) {
  struct epoll_event events[64];
  int count = epoll_wait(watch, events, capacity < 64 ? capacity : 64, milliseconds);
  for (int index = 0; index < count; index++) names[index] = events[index].data.u64;
  return count;
}

int espalier_waker_make(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

int espalier_waker_wake(int waker) { return eventfd_write(waker, 1); }

uint64_t espalier_waker_take(int waker) {
  eventfd_t count = 0;
  return eventfd_read(waker, &count) == 0 ? count : 0;
}

// One owner a process catches signals at a time.
static volatile sig_atomic_t signal_waker = -1;

// When the first signal came, in milliseconds of the monotonic clock; 0 before.
static _Atomic int64_t first_signal;

int espalier_signal_is_another(int64_t first, int64_t now) {
  enum { TOGETHER = 100 };
  return first == 0 || now - first > TOGETHER;
}

static void wake_on_signal(int number) {
  (void)number;
  int error = errno;
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  int64_t now = (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
  int64_t first = 0;
  int is_first = atomic_compare_exchange_strong(&first_signal, &first, now);
  if (signal_waker >= 0 && (is_first || espalier_signal_is_another(first, now)))
    eventfd_write(signal_waker, 1);
  errno = error;
}

static int set_action(int number, void (*handler)(int), void *before) {
  struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  return sigaction(number, &action, before);
}

int espalier_signal_size(void) { return (int)sizeof(struct sigaction); }

int espalier_signal_catch(int number, int waker, void *before) {
  signal_waker = waker;
  first_signal = 0;
  return set_action(number, wake_on_signal, before);
}

int espalier_signal_ignore(int number, void *before) {
  return set_action(number, SIG_IGN, before);
}

int espalier_signal_restore(int number, const void *before) {
  return sigaction(number, before, 0);
}

void espalier_signal_release(int waker) {
  if (signal_waker == waker) signal_waker = -1;
}

int espalier_signal_unblock(int number) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, number);
  return pthread_sigmask(SIG_UNBLOCK, &set, 0);
}
