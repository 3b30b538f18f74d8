// A disk that fails where a test says, put before a program with LD_PRELOAD.
//
// FAULT_DIRECTORY  files below it are on this disk
// FAULT_COUNT      a file in which the operations that FAULT_KIND is about are counted
// FAULT_AT         which of them fails, from 1 on; 0: none
// FAULT_KIND       write   that one write, truncation or sync fails (EIO)
//                  torn    that one write is done by half, and then fails (EIO)
//                  read    that one read fails (EIO)
//                  sync    that one sync fails (EIO), and what it was for is not on the disk
//                  syncs   this sync and all later ones
//                  dead    this operation and all later ones fail (EIO)
//                  full    this write and all later ones fail (ENOSPC)
//                  sealed  from this operation on the disk can only be read (EROFS)
//                  cut     the program is killed before it
// FAULT_SHADOW     a directory with what is really on the disk of a database's files: what was
//                  written and then synced. A failed sync loses for good what it was for, as the
//                  page cache does.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum op { READ, WRITE, TRUNCATE, SYNC, OPEN, OPEN_TO_WRITE };

// Ranges of a database's files that were written and not synced.
struct range { int file; off_t offset; size_t length; };

static const char *FILES[] = { "airside.db", "airside.db-wal", "airside.db-journal" };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *directory, *kind, *shadow;
static long at, count;
static int counter = -1;
static struct range *ranges;
static size_t dirty, room;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static ssize_t (*real_read)(int, void *, size_t);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_pread64)(int, void *, size_t, off64_t);
static ssize_t (*real_pwrite64)(int, const void *, size_t, off64_t);
static int (*real_fsync)(int);
static int (*real_ftruncate64)(int, off64_t);
static int (*real_open64)(const char *, int, ...);
static int (*real_unlink)(const char *);

__attribute__((constructor)) static void begin(void)
{
    real_read = REAL(read);
    real_write = REAL(write);
    real_pread64 = REAL(pread64);
    real_pwrite64 = REAL(pwrite64);
    real_fsync = REAL(fsync);
    real_ftruncate64 = REAL(ftruncate64);
    real_open64 = REAL(open64);
    real_unlink = REAL(unlink);
    directory = getenv("FAULT_DIRECTORY");
    shadow = getenv("FAULT_SHADOW");
    kind = getenv("FAULT_KIND");
    at = atol(getenv("FAULT_AT"));
    counter = real_open64(getenv("FAULT_COUNT"), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

static int on_this_disk(const char *path)
{
    return directory && strncmp(path, directory, strlen(directory)) == 0;
}

// The path of an open file, if it is on this disk.
static const char *path_of(int fd, char *path, size_t size)
{
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, size - 1);
    if (length < 0) return NULL;
    path[length] = 0;
    return on_this_disk(path) ? path : NULL;
}

static int is(const char *name) { return strcmp(kind, name) == 0; }

static int concerns(enum op op)
{
    if (is("sync") || is("syncs")) return op == SYNC;
    if (is("read")) return op == READ;
    if (is("torn")) return op == WRITE;
    if (is("sealed")) return op == WRITE || op == TRUNCATE || op == OPEN_TO_WRITE;
    if (is("full")) return op == WRITE || op == TRUNCATE;
    if (is("dead")) return 1;
    return op == WRITE || op == TRUNCATE || op == SYNC;
}

// The error of this operation; 0: it is done.
static int fate(enum op op)
{
    if (!concerns(op)) return 0;
    char text[16];
    int length = snprintf(text, sizeof text, "%ld\n", ++count);
    real_pwrite64(counter, text, length, 0);
    if (at == 0 || count < at) return 0;
    if (is("cut")) kill(getpid(), SIGKILL);
    int goes_on = is("syncs") || is("dead") || is("full") || is("sealed");
    if (count > at && !goes_on) return 0;
    return is("full") ? ENOSPC : is("sealed") ? EROFS : EIO;
}

// Which of the database's files a path is; -1: none, or nobody wants to know.
static int file_of(const char *path)
{
    const char *name = strrchr(path, '/');
    for (int i = 0; shadow && name && i < 3; i++)
        if (strcmp(name + 1, FILES[i]) == 0) return i;
    return -1;
}

static void shadow_of(int file, char *path, size_t size)
{
    snprintf(path, size, "%s/%s", shadow, FILES[file]);
}

static void wrote(const char *path, off_t offset, ssize_t length)
{
    int file = file_of(path);
    if (file < 0 || length <= 0) return;
    if (dirty == room) ranges = realloc(ranges, (room = room * 2 + 64) * sizeof *ranges);
    ranges[dirty++] = (struct range){ file, offset, length };
}

// What was written to a file is on the disk now, or lost.
static void settle(const char *path, int kept)
{
    int file = file_of(path);
    if (file < 0) return;
    char name[4096];
    shadow_of(file, name, sizeof name);
    int from = real_open64(path, O_RDONLY | O_CLOEXEC);
    int to = kept ? real_open64(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
    size_t left = 0;
    for (size_t i = 0; i < dirty; i++) {
        struct range range = ranges[i];
        if (range.file != file) {
            ranges[left++] = range;
            continue;
        }
        if (!kept) continue;
        char *bytes = malloc(range.length);
        ssize_t length = real_pread64(from, bytes, range.length, range.offset);
        if (length > 0 && real_pwrite64(to, bytes, length, range.offset) != length) abort();
        free(bytes);
    }
    dirty = left;
    if (from >= 0) close(from);
    if (to >= 0) close(to);
}

ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset)
{
    char name[4096];
    const char *path = path_of(fd, name, sizeof name);
    if (!path) return real_pwrite64(fd, bytes, length, offset);
    pthread_mutex_lock(&lock);
    int error = fate(WRITE);
    if (error && is("torn")) length /= 2;
    ssize_t done = error && !is("torn") ? -1 : real_pwrite64(fd, bytes, length, offset);
    wrote(path, offset, done);
    pthread_mutex_unlock(&lock);
    if (!error) return done;
    errno = error;
    return -1;
}

ssize_t write(int fd, const void *bytes, size_t length)
{
    char name[4096];
    if (!path_of(fd, name, sizeof name)) return real_write(fd, bytes, length);
    ssize_t done = pwrite64(fd, bytes, length, lseek(fd, 0, SEEK_CUR));
    if (done > 0) lseek(fd, done, SEEK_CUR);
    return done;
}

ssize_t pread64(int fd, void *bytes, size_t length, off64_t offset)
{
    char name[4096];
    if (!path_of(fd, name, sizeof name)) return real_pread64(fd, bytes, length, offset);
    pthread_mutex_lock(&lock);
    int error = fate(READ);
    pthread_mutex_unlock(&lock);
    if (!error) return real_pread64(fd, bytes, length, offset);
    errno = error;
    return -1;
}

ssize_t read(int fd, void *bytes, size_t length)
{
    char name[4096];
    if (!path_of(fd, name, sizeof name)) return real_read(fd, bytes, length);
    pthread_mutex_lock(&lock);
    int error = fate(READ);
    pthread_mutex_unlock(&lock);
    if (!error) return real_read(fd, bytes, length);
    errno = error;
    return -1;
}

int fsync(int fd)
{
    char name[4096];
    const char *path = path_of(fd, name, sizeof name);
    if (!path) return real_fsync(fd);
    pthread_mutex_lock(&lock);
    int error = fate(SYNC);
    settle(path, !error);
    pthread_mutex_unlock(&lock);
    if (!error) return 0; // the machine does not really lose its power
    errno = error;
    return -1;
}

int fdatasync(int fd) { return fsync(fd); }

int ftruncate64(int fd, off64_t length)
{
    char name[4096];
    const char *path = path_of(fd, name, sizeof name);
    if (!path) return real_ftruncate64(fd, length);
    pthread_mutex_lock(&lock);
    int error = fate(TRUNCATE);
    int file = file_of(path), done = error ? -1 : real_ftruncate64(fd, length);
    if (done == 0 && file >= 0) {
        char copy[4096];
        shadow_of(file, copy, sizeof copy);
        if (truncate(copy, length) != 0 && errno != ENOENT) abort();
    }
    pthread_mutex_unlock(&lock);
    if (error) errno = error;
    return done;
}

int ftruncate(int fd, off_t length) { return ftruncate64(fd, length); }

int unlink(const char *path)
{
    int file = on_this_disk(path) ? file_of(path) : -1;
    if (file >= 0) {
        char copy[4096];
        shadow_of(file, copy, sizeof copy);
        pthread_mutex_lock(&lock);
        settle(path, 0);
        real_unlink(copy);
        pthread_mutex_unlock(&lock);
    }
    return real_unlink(path);
}

int open64(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if (on_this_disk(path)) {
        pthread_mutex_lock(&lock);
        int error = fate(flags & (O_WRONLY | O_RDWR | O_CREAT) ? OPEN_TO_WRITE : OPEN);
        pthread_mutex_unlock(&lock);
        if (error) {
            errno = error;
            return -1;
        }
    }
    return real_open64(path, flags, mode);
}

int open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    return open64(path, flags, mode);
}
