// oneDNN's C API, and what the thread that calls it needs besides.
#ifndef CAPTIONMESH_CONEDNN_H
#define CAPTIONMESH_CONEDNN_H

#include <dnnl.h>
#include <pthread.h>

// oneDNN's OpenMP runtime (OpenMP 5.1, section 3.2): the setting belongs to the calling thread.
// The Swift toolchain's clang has no omp.h to declare them.
extern void omp_set_num_threads(int count);
extern int omp_get_max_threads(void);
extern int omp_get_thread_num(void);
extern int omp_get_num_threads(void);

// What GCC makes of `#pragma omp parallel`, part of libgomp's binary interface: calls body(data) on
// as many threads as are set (count 0), and returns when all are done.
extern void GOMP_parallel(void (*body)(void *), void *data, unsigned count, unsigned flags);

// pthread_setname_np(3), which pthread.h hides unless _GNU_SOURCE is defined.
extern int pthread_setname_np(pthread_t thread, const char *name);

// sched_getcpu(3) and sched_setaffinity(2), which sched.h hides likewise. Of pid 0, the calling thread.
extern int sched_getcpu(void);
extern int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *processors);
extern int sched_setaffinity(pid_t pid, size_t size, const cpu_set_t *processors);

#endif
