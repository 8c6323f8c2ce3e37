/* Preloaded into a program: writes down, in order, everything that the program does to the files of one folder, so that
 * it can be told afterwards what a disk may hold when the power fails. What is written down is what is about to be
 * done. Memory maps are not seen; SQLite writes through them to its -shm file alone, which a power cut may leave in any
 * state.
 *
 * POSTERN_RECORD_FOLDER  the folder, absolute and without symbolic links
 * POSTERN_RECORD_TO      the log, outside of it
 * POSTERN_POWER_CUT_AT   the program dies before the operation of this number; 0 or unset: never
 *
 * A record is a head, a path, and for a write its bytes. One whose program ended in the middle of writing it down is cut,
 * and the next program's follow it: every head begins with a mark by which it is found. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { CREATE = 1, WRITE, TRUNCATE, SYNC, SYNC_FOLDER, UNLINK, RENAME, MAKE_FOLDER, REMOVE_FOLDER };

#define MARK 0x50570000u

struct head {
    uint32_t kind; /* with the mark in its upper half */
    uint32_t path_length;
    uint64_t inode;
    uint64_t offset;
    uint64_t length;
};

#define MOST_FILES 65536
static const char *folder;
static size_t folder_length;
static int log_file = -1;
static long cut_at;
static long operations;
static unsigned char watched[MOST_FILES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) real_##name
#define DECLARE(type, name, ...) static type (*real_##name)(__VA_ARGS__)
DECLARE(int, open, const char *, int, ...);
DECLARE(int, openat, int, const char *, int, ...);
DECLARE(int, close, int);
DECLARE(ssize_t, write, int, const void *, size_t);
DECLARE(ssize_t, writev, int, const struct iovec *, int);
DECLARE(ssize_t, pwrite64, int, const void *, size_t, off64_t);
DECLARE(int, ftruncate64, int, off64_t);
DECLARE(int, fsync, int);
DECLARE(int, fdatasync, int);
DECLARE(int, unlink, const char *);
DECLARE(int, unlinkat, int, const char *, int);
DECLARE(int, rename, const char *, const char *);
DECLARE(int, mkdir, const char *, mode_t);
DECLARE(int, rmdir, const char *);

__attribute__((constructor)) static void begin(void) {
    real_open = dlsym(RTLD_NEXT, "open64");
    real_openat = dlsym(RTLD_NEXT, "openat64");
    real_close = dlsym(RTLD_NEXT, "close");
    real_write = dlsym(RTLD_NEXT, "write");
    real_writev = dlsym(RTLD_NEXT, "writev");
    real_pwrite64 = dlsym(RTLD_NEXT, "pwrite64");
    real_ftruncate64 = dlsym(RTLD_NEXT, "ftruncate64");
    real_fsync = dlsym(RTLD_NEXT, "fsync");
    real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    real_unlink = dlsym(RTLD_NEXT, "unlink");
    real_unlinkat = dlsym(RTLD_NEXT, "unlinkat");
    real_rename = dlsym(RTLD_NEXT, "rename");
    real_mkdir = dlsym(RTLD_NEXT, "mkdir");
    real_rmdir = dlsym(RTLD_NEXT, "rmdir");
    folder = getenv("POSTERN_RECORD_FOLDER");
    const char *to = getenv("POSTERN_RECORD_TO");
    const char *at = getenv("POSTERN_POWER_CUT_AT");
    if (!folder || !to) {
        folder = NULL;
        return;
    }
    folder_length = strlen(folder);
    cut_at = at ? atol(at) : 0;
    log_file = real_open(to, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (log_file < 0)
        abort();
}

/* A program that ends while threads are at work: what they are in the middle of is done, and nothing is begun any
 * more. Else something would be written down and not done. */
__attribute__((destructor)) static void end(void) { pthread_mutex_lock(&lock); }

/* Until the constructor ran, everything goes its way. */
#define READY(name)                                                                                                    \
    if (!real_##name)                                                                                                  \
        real_##name = dlsym(RTLD_NEXT, #name);

static int is_inside(const char *path) {
    if (!folder || !path || strncmp(path, folder, folder_length) != 0)
        return 0;
    if (path[folder_length] != '/' && path[folder_length] != 0)
        return 0;
    size_t length = strlen(path);
    return length < 4 || strcmp(path + length - 4, "-shm") != 0;
}

static int is_watched(int fd) { return fd >= 0 && fd < MOST_FILES && watched[fd]; }

/* With the lock held. Also where the power fails. */
static void record(enum kind kind, uint64_t inode, const char *path, size_t path_length, uint64_t offset,
                   const void *bytes, size_t length) {
    operations++;
    if (cut_at && operations >= cut_at)
        for (;;)
            kill(getpid(), SIGKILL);
    struct head head = {MARK | kind, (uint32_t)path_length, inode, offset, length};
    struct iovec parts[3] = {{&head, sizeof head}, {(void *)path, path_length}, {(void *)bytes, bytes ? length : 0}};
    ssize_t whole = (ssize_t)(sizeof head + path_length + parts[2].iov_len);
    int saved = errno;
    if (real_writev(log_file, parts, 3) != whole)
        abort();
    errno = saved;
}

static void record_file(enum kind kind, int fd, uint64_t offset, const void *bytes, size_t length) {
    struct stat64 found;
    if (fstat64(fd, &found) != 0)
        return;
    if (kind == SYNC && S_ISDIR(found.st_mode)) {
        char link[64], path[PATH_MAX];
        strcpy(link, "/proc/self/fd/");
        char digits[16];
        int at = 15, number = fd;
        digits[15] = 0;
        do
            digits[--at] = (char)('0' + number % 10);
        while (number /= 10);
        strcat(link, digits + at);
        ssize_t path_length = readlink(link, path, sizeof path);
        if (path_length > 0)
            record(SYNC_FOLDER, found.st_ino, path, (size_t)path_length, 0, NULL, 0);
        return;
    }
    record(kind, found.st_ino, NULL, 0, offset, bytes, length);
}

static int opened(int at, const char *path, int flags, mode_t mode) {
    if (!is_inside(path))
        return REAL(openat)(at, path, flags, mode);
    pthread_mutex_lock(&lock);
    struct stat64 before;
    int is_new = (flags & O_CREAT) && stat64(path, &before) != 0;
    int fd = REAL(openat)(at, path, flags, mode);
    struct stat64 found;
    if (fd >= 0 && fd < MOST_FILES && fstat64(fd, &found) == 0) {
        watched[fd] = 1;
        if (is_new)
            record(CREATE, found.st_ino, path, strlen(path), 0, NULL, 0);
        else if (flags & O_TRUNC)
            record(TRUNCATE, found.st_ino, NULL, 0, 0, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

#define MODE(flags, last)                                                                                              \
    mode_t mode = 0;                                                                                                   \
    if (__OPEN_NEEDS_MODE(flags)) {                                                                                    \
        va_list rest;                                                                                                  \
        va_start(rest, last);                                                                                          \
        mode = va_arg(rest, mode_t);                                                                                   \
        va_end(rest);                                                                                                  \
    }
#ifndef __OPEN_NEEDS_MODE
#define __OPEN_NEEDS_MODE(flags) (((flags) & O_CREAT) || ((flags) & __O_TMPFILE) == __O_TMPFILE)
#endif

int open64(const char *path, int flags, ...) {
    MODE(flags, flags)
    READY(openat)
    return opened(AT_FDCWD, path, flags, mode);
}

int open(const char *path, int flags, ...) {
    MODE(flags, flags)
    READY(openat)
    return opened(AT_FDCWD, path, flags, mode);
}

int openat64(int at, const char *path, int flags, ...) {
    MODE(flags, flags)
    READY(openat)
    return opened(at, path, flags, mode);
}

int openat(int at, const char *path, int flags, ...) {
    MODE(flags, flags)
    READY(openat)
    return opened(at, path, flags, mode);
}

int close(int fd) {
    READY(close)
    if (fd == log_file && fd >= 0)
        return 0;
    if (is_watched(fd)) {
        pthread_mutex_lock(&lock);
        watched[fd] = 0;
        pthread_mutex_unlock(&lock);
    }
    return REAL(close)(fd);
}

static uint64_t position(int fd) {
    int flags = fcntl(fd, F_GETFL);
    return (uint64_t)lseek64(fd, 0, flags >= 0 && (flags & O_APPEND) ? SEEK_END : SEEK_CUR);
}

ssize_t write(int fd, const void *bytes, size_t length) {
    READY(write)
    if (!is_watched(fd))
        return REAL(write)(fd, bytes, length);
    pthread_mutex_lock(&lock);
    record_file(WRITE, fd, position(fd), bytes, length);
    ssize_t done = REAL(write)(fd, bytes, length);
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    READY(writev)
    if (!is_watched(fd))
        return REAL(writev)(fd, parts, count);
    ssize_t whole = 0;
    for (int part = 0; part < count; part++) {
        ssize_t done = write(fd, parts[part].iov_base, parts[part].iov_len);
        if (done < 0)
            return whole ? whole : done;
        whole += done;
        if ((size_t)done < parts[part].iov_len)
            break;
    }
    return whole;
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
    READY(pwrite64)
    if (!is_watched(fd))
        return REAL(pwrite64)(fd, bytes, length, offset);
    pthread_mutex_lock(&lock);
    record_file(WRITE, fd, (uint64_t)offset, bytes, length);
    ssize_t done = REAL(pwrite64)(fd, bytes, length, offset);
    pthread_mutex_unlock(&lock);
    return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) { return pwrite64(fd, bytes, length, offset); }

int ftruncate64(int fd, off64_t length) {
    READY(ftruncate64)
    if (!is_watched(fd))
        return REAL(ftruncate64)(fd, length);
    pthread_mutex_lock(&lock);
    record_file(TRUNCATE, fd, (uint64_t)length, NULL, 0);
    int done = REAL(ftruncate64)(fd, length);
    pthread_mutex_unlock(&lock);
    return done;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

/* There is no power cut but ours: the real disk need not be waited for. */
static int synced(int fd) {
    pthread_mutex_lock(&lock);
    record_file(SYNC, fd, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return 0;
}

int fsync(int fd) {
    READY(fsync)
    return is_watched(fd) ? synced(fd) : REAL(fsync)(fd);
}

int fdatasync(int fd) {
    READY(fdatasync)
    return is_watched(fd) ? synced(fd) : REAL(fdatasync)(fd);
}

static void record_path(enum kind kind, const char *path) { record(kind, 0, path, strlen(path), 0, NULL, 0); }

int unlink(const char *path) {
    READY(unlink)
    if (!is_inside(path))
        return REAL(unlink)(path);
    pthread_mutex_lock(&lock);
    if (access(path, F_OK) == 0)
        record_path(UNLINK, path);
    int done = REAL(unlink)(path);
    pthread_mutex_unlock(&lock);
    return done;
}

int unlinkat(int at, const char *path, int flags) {
    READY(unlinkat)
    /* Relative to an open folder: the programs under test do that only to remove what they made by mistake. */
    return REAL(unlinkat)(at, path, flags);
}

int rename(const char *from, const char *to) {
    READY(rename)
    if (!is_inside(from) || !is_inside(to))
        return REAL(rename)(from, to);
    char both[2 * PATH_MAX + 1];
    size_t first = strlen(from), second = strlen(to);
    if (first >= PATH_MAX || second >= PATH_MAX)
        abort();
    memcpy(both, from, first + 1);
    memcpy(both + first + 1, to, second);
    pthread_mutex_lock(&lock);
    record(RENAME, 0, both, first + 1 + second, 0, NULL, 0);
    int done = REAL(rename)(from, to);
    pthread_mutex_unlock(&lock);
    return done;
}

int mkdir(const char *path, mode_t mode) {
    READY(mkdir)
    if (!is_inside(path))
        return REAL(mkdir)(path, mode);
    pthread_mutex_lock(&lock);
    if (access(path, F_OK) != 0)
        record_path(MAKE_FOLDER, path);
    int done = REAL(mkdir)(path, mode);
    pthread_mutex_unlock(&lock);
    return done;
}

int rmdir(const char *path) {
    READY(rmdir)
    if (!is_inside(path))
        return REAL(rmdir)(path);
    pthread_mutex_lock(&lock);
    record_path(REMOVE_FOLDER, path);
    int done = REAL(rmdir)(path);
    pthread_mutex_unlock(&lock);
    return done;
}
