/* LD_PRELOAD shim: counts the calls that change a file below a folder, and lets the N-th of them go wrong.
 *
 * FAULT_FOLDER  the folder; calls on files elsewhere pass untouched
 * FAULT_AT      N, counted from 1; 0: only count
 * FAULT_MODE    before: the process ends in place of the N-th call
 *               half:   it ends after half of the bytes of a write, or right after any other call
 *               ENOSPC, EIO: from the N-th call on every call that needs space, or the disk, fails with this error
 * FAULT_LOG     a file outside the folder that gets a line for each call: its number, name and path
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum mode { COUNT, BEFORE, HALF, FAIL };
static enum mode mode = COUNT;
static int error_number, log_fd = -1;
static long at, counted;
static char folder[PATH_MAX];
static size_t folder_length;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("FAULT_FOLDER"), *what = getenv("FAULT_MODE"), *number = getenv("FAULT_AT");
    const char *log = getenv("FAULT_LOG");
    if (!path || !realpath(path, folder)) return;
    folder_length = strlen(folder);
    at = number ? atol(number) : 0;
    if (what && !strcmp(what, "before")) mode = BEFORE;
    else if (what && !strcmp(what, "half")) mode = HALF;
    else if (what && !strcmp(what, "ENOSPC")) mode = FAIL, error_number = ENOSPC;
    else if (what && !strcmp(what, "EIO")) mode = FAIL, error_number = EIO;
    if (log) {
        int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        log_fd = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 900);
        if (fd >= 0) close(fd);
    }
}

static int is_below(const char *path) {
    return folder_length && !strncmp(path, folder, folder_length) && path[folder_length] == '/';
}

static int path_of(int fd, char *path) {
    char link[40];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return is_below(path);
}

static int path_at(int directory, const char *name, char *path) {
    if (name[0] == '/') snprintf(path, PATH_MAX, "%s", name);
    else if (directory == AT_FDCWD) {
        char here[PATH_MAX];
        if (!getcwd(here, sizeof here)) return 0;
        if ((size_t)snprintf(path, PATH_MAX, "%s/%s", here, name) >= PATH_MAX) return 0;
    } else {
        char here[PATH_MAX];
        path_of(directory, here);
        if ((size_t)snprintf(path, PATH_MAX, "%s/%s", here, name) >= PATH_MAX) return 0;
    }
    return is_below(path);
}

static void die(void) { syscall(SYS_exit_group, 137); }

/* Counts a call. Gives 0: go on; 1: end after half of it; -1: fail, errno is set. Ends the process where it is due. */
static int strike(const char *name, const char *path, int needs_space) {
    long number = __sync_add_and_fetch(&counted, 1);
    if (log_fd >= 0) {
        char line[PATH_MAX + 64];
        int length = snprintf(line, sizeof line, "%ld %s %s\n", number, name, path + folder_length + 1);
        syscall(SYS_write, log_fd, line, (size_t)length);
    }
    if (!at || number < at) return 0;
    if (mode == BEFORE) die();
    if (mode == HALF) return 1;
    if (mode == FAIL && (needs_space || error_number != ENOSPC)) {
        errno = error_number;
        return -1;
    }
    return 0;
}

#define REAL(name) static __typeof__(name) *real; if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)
#define ON_FILE(name, fd, needs_space, whole, half)            \
    REAL(name);                                                \
    char path[PATH_MAX];                                       \
    if (!path_of(fd, path)) return whole;                      \
    int due = strike(#name, path, needs_space);                \
    if (due < 0) return -1;                                    \
    if (due > 0) { if ((half) < 0) {} die(); }                 \
    return whole
#define ON_PATH(name, directory, file, whole)                  \
    REAL(name);                                                \
    char path[PATH_MAX];                                       \
    if (!path_at(directory, file, path)) return whole;         \
    int due = strike(#name, path, 0);                          \
    if (due < 0) return -1;                                    \
    if (due > 0) { if ((whole) < 0) {} die(); }                \
    return whole

ssize_t write(int fd, const void *data, size_t size) {
    ON_FILE(write, fd, 1, real(fd, data, size), real(fd, data, size / 2));
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t offset) {
    ON_FILE(pwrite, fd, 1, real(fd, data, size, offset), real(fd, data, size / 2, offset));
}
ssize_t pwrite64(int fd, const void *data, size_t size, off64_t offset) {
    ON_FILE(pwrite64, fd, 1, real(fd, data, size, offset), real(fd, data, size / 2, offset));
}
ssize_t writev(int fd, const struct iovec *parts, int count) {
    ON_FILE(writev, fd, 1, real(fd, parts, count), real(fd, parts, count / 2));
}
int fsync(int fd) { ON_FILE(fsync, fd, 0, real(fd), real(fd)); }
int fdatasync(int fd) { ON_FILE(fdatasync, fd, 0, real(fd), real(fd)); }
int ftruncate(int fd, off_t length) { ON_FILE(ftruncate, fd, 0, real(fd, length), real(fd, length)); }
int ftruncate64(int fd, off64_t length) { ON_FILE(ftruncate64, fd, 0, real(fd, length), real(fd, length)); }
int rename(const char *from, const char *to) { ON_PATH(rename, AT_FDCWD, to, real(from, to)); }
int renameat(int of, const char *from, int in, const char *to) { ON_PATH(renameat, in, to, real(of, from, in, to)); }
int renameat2(int of, const char *from, int in, const char *to, unsigned flags) {
    ON_PATH(renameat2, in, to, real(of, from, in, to, flags));
}
int unlink(const char *name) { ON_PATH(unlink, AT_FDCWD, name, real(name)); }
int unlinkat(int in, const char *name, int flags) { ON_PATH(unlinkat, in, name, real(in, name, flags)); }
