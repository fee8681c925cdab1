#ifndef CAPTIONMESH_CPROCESSES_H
#define CAPTIONMESH_CPROCESSES_H

#include <stdbool.h>
#include <sys/types.h>

// What starting and awaiting processes takes of glibc that it declares only to those who define
// _GNU_SOURCE, which Swift does not.

// Starts a program with default signal handling and no descriptors but the three given. It leads a
// process group of its own, or a session. Returns 0 or an errno.
int captionmesh_spawn(pid_t *pid, const char *path, char *const arguments[],
                      char *const environment[], int input, int output, int error,
                      bool new_session);

// Makes a pipe whose ends are not inherited. Returns 0 or an errno.
int captionmesh_pipe(int *read_end, int *write_end);

// Waits until a child has ended and leaves it to be reaped, so that its id is not taken by another
// process meanwhile. Sets either its exit status and a signal of 0, or the signal that ended it.
// Returns 0 or an errno.
int captionmesh_await_exit(pid_t pid, int *status, int *signal);

#endif
