#ifndef ESPALIER_INTERNAL_H
#define ESPALIER_INTERNAL_H

#include <stdint.h>
#include <sys/types.h>

// What the starting of workers and the guard of programs share. All of it may be called between clone
// and exec.

// Writes a number in decimal and returns its end.
char *espalier_append_number(char *end, uint64_t number);

// Default dispositions for all signals.
void espalier_reset_signals(void);

void espalier_close_from(unsigned first);

// Sets what is not 0. Returns 0, or -1 with errno.
int espalier_set_limits(uint64_t open_files, uint64_t address_space);

// Writes a line of the registry, an empty one for the process 0. `kind` is a short word or empty.
// Returns 0, or -1 with errno.
int espalier_write_registry(
    int registry, int64_t offset, pid_t pid, uint64_t earliest, uint64_t latest, const char *kind);

#endif
