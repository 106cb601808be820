/* Ends the process, or fails a call, at the N-th write, fsync, rename, truncate or unlink below CRASH_UNDER.
 *
 * CRASH_AT=N       which call (from 1); 0 only counts
 * CRASH_HOW        before: end the process before the call; half: write half of it, then end the process;
 *                  ENOSPC, EIO: this call and every later write fail with that error
 * CRASH_COUNT=FILE where the number of calls is written when the process ends in order
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long calls;

static int counts(const char *path) {
    const char *under = getenv("CRASH_UNDER");
    size_t length = strlen(path);
    return under && strncmp(path, under, strlen(under)) == 0
        && !(length > 4 && strcmp(path + length - 4, ".log") == 0)
        && !(length > 5 && strcmp(path + length - 5, ".lock") == 0);
}

static int counts_fd(int fd) {
    char name[64], path[PATH_MAX];
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(name, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return counts(path);
}

/* 0: go on; 1: fail with errno; 2: do half and end */
static int now(int is_write) {
    long number = atomic_fetch_add(&calls, 1) + 1;
    const char *text = getenv("CRASH_AT"), *how = getenv("CRASH_HOW");
    long at = text ? atol(text) : 0;
    if (!at || number < at || !how) return 0;
    if (strcmp(how, "ENOSPC") == 0 || strcmp(how, "EIO") == 0) {
        if (!is_write) return 0;
        errno = strcmp(how, "EIO") == 0 ? EIO : ENOSPC;
        return 1;
    }
    if (number > at) return 0;
    if (strcmp(how, "half") == 0 && is_write) return 2;
    _exit(137);
}

#define REAL(name) ((__typeof__(&name)) dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *data, size_t size) {
    if (counts_fd(fd)) switch (now(1)) {
        case 1: return -1;
        case 2: REAL(write)(fd, data, size / 2); _exit(137);
    }
    return REAL(write)(fd, data, size);
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    if (counts_fd(fd)) switch (now(1)) {
        case 1: return -1;
        case 2: REAL(pwrite)(fd, data, size / 2, at); _exit(137);
    }
    return REAL(pwrite)(fd, data, size, at);
}

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    if (counts_fd(fd)) switch (now(1)) {
        case 1: return -1;
        case 2: REAL(pwrite64)(fd, data, size / 2, at); _exit(137);
    }
    return REAL(pwrite64)(fd, data, size, at);
}

int fsync(int fd) { if (counts_fd(fd) && now(0)) return -1; return REAL(fsync)(fd); }
int fdatasync(int fd) { if (counts_fd(fd) && now(0)) return -1; return REAL(fdatasync)(fd); }
int ftruncate(int fd, off_t size) { if (counts_fd(fd) && now(0)) return -1; return REAL(ftruncate)(fd, size); }
int ftruncate64(int fd, off64_t size) { if (counts_fd(fd) && now(0)) return -1; return REAL(ftruncate64)(fd, size); }
int rename(const char *from, const char *to) { if (counts(to) && now(0)) return -1; return REAL(rename)(from, to); }
int unlink(const char *path) { if (counts(path) && now(0)) return -1; return REAL(unlink)(path); }

int renameat(int from_at, const char *from, int to_at, const char *to) {
    if (counts(to) && now(0)) return -1;
    return REAL(renameat)(from_at, from, to_at, to);
}

__attribute__((destructor)) static void tell(void) {
    const char *path = getenv("CRASH_COUNT");
    FILE *file = path ? fopen(path, "w") : NULL;
    if (file) {
        fprintf(file, "%ld\n", atomic_load(&calls));
        fclose(file);
    }
}
