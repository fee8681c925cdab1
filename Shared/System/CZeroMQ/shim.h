#ifndef CAPTIONMESH_CZEROMQ_SHIM_H
#define CAPTIONMESH_CZEROMQ_SHIM_H

#include <pthread.h>
#include <sys/eventfd.h>
#include <zmq.h>

// The monitor's events and the options used are those of libzmq 4.3.
_Static_assert(ZMQ_VERSION >= ZMQ_MAKE_VERSION(4, 3, 0), "libzmq 4.3 or later is needed");

// eventfd's flags are an enum of its own in glibc, which Swift does not take as an integer.
static inline int captionmesh_eventfd(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

// glibc declares it only to those who define _GNU_SOURCE, which Swift does not.
extern int pthread_setname_np(pthread_t thread, const char *name);

static inline void captionmesh_set_thread_name(const char *name) {
    pthread_setname_np(pthread_self(), name);
}

#endif
