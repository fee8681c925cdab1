// oneDNN's C API, and what the thread that calls it needs besides.
#ifndef CAPTIONMESH_CONEDNN_H
#define CAPTIONMESH_CONEDNN_H

#include <dnnl.h>
#include <pthread.h>

// oneDNN's OpenMP runtime (OpenMP 5.1, section 3.2): the setting belongs to the calling thread.
// The Swift toolchain's clang has no omp.h to declare them.
extern void omp_set_num_threads(int count);
extern int omp_get_max_threads(void);

// pthread_setname_np(3), which pthread.h hides unless _GNU_SOURCE is defined.
extern int pthread_setname_np(pthread_t thread, const char *name);

#endif
