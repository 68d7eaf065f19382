#ifndef ESPALIER_WATCH_H
#define ESPALIER_WATCH_H

#include <stdint.h>

// Waiting for many file descriptors at once (epoll). Each watched descriptor is named by a number of
// the caller's and reports once; then it is quiet until it is armed again.

// Returns a descriptor for the calls below, or -1 with errno.
int espalier_watch_make(void);

// Each returns 0, or -1 with errno. `writing` asks for room to write instead of something to read; an
// end or an error of the other side reports too.
int espalier_watch_add(int watch, int descriptor, uint64_t name, int writing);
int espalier_watch_arm(int watch, int descriptor, uint64_t name, int writing);
int espalier_watch_remove(int watch, int descriptor);

// Waits until descriptors have something to report, at most so long (-1 is for ever), and stores their
// names. Returns how many there are, or -1 with errno.
int espalier_watch_wait(int watch, uint64_t *names, int capacity, int milliseconds);

// A descriptor that can be made readable from any thread.
int espalier_waker_make(void);
int espalier_waker_wake(int waker);

// The waker is about to be closed, and its number may be another descriptor's soon: signals that are
// still caught wake nobody from now on.
void espalier_signal_release(int waker);

// From now on the signal only makes `waker` readable. The action before it is stored in `before`,
// which is espalier_signal_size() bytes long, for espalier_signal_restore. 0, or -1 with errno.
// Signals that come within a tenth of a second of the first are that one: `timeout` sends one to its
// program and another to the program's group.
int espalier_signal_catch(int number, int waker, void *before);
// Whether a signal that comes at `now` is another one than that of `first`, 0 for none; milliseconds.
int espalier_signal_is_another(int64_t first, int64_t now);
int espalier_signal_ignore(int number, void *before);
int espalier_signal_restore(int number, const void *before);
int espalier_signal_size(void);
// Lets the calling thread take the signal, whatever was blocked when the program was started.
int espalier_signal_unblock(int number);

// How often the waker was woken since it was last asked.
uint64_t espalier_waker_take(int waker);

#endif
