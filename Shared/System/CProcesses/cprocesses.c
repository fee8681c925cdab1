#define _GNU_SOURCE
#include "cprocesses.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

static int prepare(posix_spawnattr_t *attributes, bool new_session) {
    short flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    flags |= new_session ? POSIX_SPAWN_SETSID : POSIX_SPAWN_SETPGROUP;
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    int status = posix_spawnattr_setflags(attributes, flags);
    if (status == 0) status = posix_spawnattr_setpgroup(attributes, 0);
    if (status == 0) status = posix_spawnattr_setsigdefault(attributes, &all);
    if (status == 0) status = posix_spawnattr_setsigmask(attributes, &none);
    return status;
}

// The descriptors are above 2, so that none is overwritten before it is copied.
static int redirect(posix_spawn_file_actions_t *actions, int input, int output, int error) {
    int status = posix_spawn_file_actions_adddup2(actions, input, STDIN_FILENO);
    if (status == 0) status = posix_spawn_file_actions_adddup2(actions, output, STDOUT_FILENO);
    if (status == 0) status = posix_spawn_file_actions_adddup2(actions, error, STDERR_FILENO);
    if (status == 0) status = posix_spawn_file_actions_addclosefrom_np(actions, STDERR_FILENO + 1);
    return status;
}

int captionmesh_spawn(pid_t *pid, const char *path, char *const arguments[],
                      char *const environment[], int input, int output, int error,
                      bool new_session) {
    if (input <= STDERR_FILENO || output <= STDERR_FILENO || error <= STDERR_FILENO) return EBADF;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    int status = posix_spawnattr_init(&attributes);
    if (status != 0) return status;
    status = posix_spawn_file_actions_init(&actions);
    if (status == 0) {
        status = prepare(&attributes, new_session);
        if (status == 0) status = redirect(&actions, input, output, error);
        if (status == 0)
            status = posix_spawn(pid, path, &actions, &attributes, arguments, environment);
        posix_spawn_file_actions_destroy(&actions);
    }
    posix_spawnattr_destroy(&attributes);
    return status;
}

int captionmesh_pipe(int *read_end, int *write_end) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return errno;
    *read_end = ends[0];
    *write_end = ends[1];
    return 0;
}

int captionmesh_await_exit(pid_t pid, int *status, int *signal) {
    siginfo_t information;
    while (waitid(P_PID, (id_t)pid, &information, WEXITED | WNOWAIT) != 0) {
        if (errno != EINTR) return errno;
    }
    const bool has_exited = information.si_code == CLD_EXITED;
    *status = has_exited ? information.si_status : 0;
    *signal = has_exited ? 0 : information.si_status;
    return 0;
}
