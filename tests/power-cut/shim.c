/*
 * Preloaded into a twin, this records everything that changes what is on the disk below
 * $POWER_CUT_FOLDER, in the order in which it happened, into $POWER_CUT_TRACE.
 *
 *   - A change is made and recorded under one mutex, so that the order recorded is the real one.
 *   - A sync records its begin, runs outside of the mutex, and records its end: only what was written
 *     before the begin of a sync that has ended is sure to be on the disk.
 *   - What the twin writes to $POWER_CUT_ACKS, which is what it has acknowledged or shown to anyone,
 *     is recorded in the same order.
 *   - kill(self, SIGKILL) takes the mutex, so that nobody dies between a change and its record.
 *   - A call that would change a recorded file and is not known here ends the program, rather than be missed.
 *
 * $POWER_CUT_DELAY: each sync takes up to that many microseconds more, which widens races.
 * $POWER_CUT_FAIL_SYNC: the sync of that number of a file whose name ends in "-wal" fails.
 * $POWER_CUT_READ_ONLY: while a file of that path exists, every write fails as on a read-only disk.
 * Build: cc -O2 -shared -fPIC -o shim.so shim.c -ldl -lpthread
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* Little endian, followed by `length` bytes. See trace.ts. */
typedef struct {
  uint8_t type, flags;
  uint16_t main_thread;
  uint32_t open_id, sync_id, length;
  int64_t offset;
} Record;

enum { CREATED = 1, READ_ONLY = 2, FOLDER = 4 };

#define MAX_FD 4096
static uint32_t open_of[MAX_FD]; /* descriptor -> number of its open, 0: not recorded */
static ino_t inode_of[MAX_FD];
static uint8_t is_acks[MAX_FD], is_wal[MAX_FD];
static uint32_t opens, syncs, wal_syncs;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int trace = -1;
static unsigned delay, fail_sync;
static const char *folder, *acks, *read_only;
static size_t folder_length;

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void start(void) {
  folder = getenv("POWER_CUT_FOLDER");
  acks = getenv("POWER_CUT_ACKS");
  const char *path = getenv("POWER_CUT_TRACE");
  if (!folder || !acks || !path) return;
  folder_length = strlen(folder);
  if (getenv("POWER_CUT_DELAY")) delay = atoi(getenv("POWER_CUT_DELAY"));
  read_only = getenv("POWER_CUT_READ_ONLY");
  if (getenv("POWER_CUT_FAIL_SYNC")) fail_sync = atoi(getenv("POWER_CUT_FAIL_SYNC"));
  int fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  trace = fcntl(fd, F_DUPFD_CLOEXEC, 1000); /* out of the way of the program */
  syscall(SYS_close, fd);
  Record begin = {.type = 'N'};
  if (syscall(SYS_write, trace, &begin, sizeof begin) != sizeof begin) abort();
}

static void refuse(const char *call) {
  fprintf(stderr, "power-cut shim: %s on a recorded file\n", call);
  abort();
}

/* The caller holds the mutex. */
static void record(char type, int flags, uint32_t open_id, uint32_t sync_id, int64_t offset, const struct iovec *parts,
                   int count, size_t length) {
  struct iovec all[1024];
  Record r = {type, flags, getpid() == syscall(SYS_gettid), open_id, sync_id, length, offset};
  if (count > 1000) refuse("a very long writev");
  all[0] = (struct iovec){&r, sizeof r};
  int used = 1;
  for (size_t left = length; left > 0 && used <= count; used++) {
    all[used] = parts[used - 1];
    if (all[used].iov_len > left) all[used].iov_len = left;
    left -= all[used].iov_len;
  }
  if (syscall(SYS_writev, trace, all, used) != (ssize_t)(sizeof r + length)) refuse("a record that cannot be written");
}
static void record_text(char type, int flags, uint32_t open_id, const char *text) {
  struct iovec part = {(void *)text, strlen(text)};
  record(type, flags, open_id, 0, 0, &part, 1, part.iov_len);
}
static void record_two(char type, const char *a, const char *b) {
  struct iovec parts[2] = {{(void *)a, strlen(a) + 1}, {(void *)b, strlen(b)}};
  record(type, 0, 0, 0, 0, parts, 2, parts[0].iov_len + parts[1].iov_len);
}

static int ends(const char *text, const char *end) {
  size_t n = strlen(text), m = strlen(end);
  return n >= m && !strcmp(text + n - m, end);
}
/* The path below the recorded folder, "" for that folder itself, NULL when it is none of ours.
   The -shm is made anew after a crash, and the lock is the operating system's. */
static const char *ours(const char *path) {
  if (trace < 0 || !path || strncmp(path, folder, folder_length)) return NULL;
  if (path[folder_length] != 0 && path[folder_length] != '/') return NULL;
  if (ends(path, "-shm") || strstr(path, "twin.lock")) return NULL;
  path += folder_length;
  return *path == '/' ? path + 1 : path;
}
/* libuv closes by a bare system call, which is not seen here: a descriptor that is another file by now is none of ours. */
static int still(int fd) {
  struct stat s;
  return fstat(fd, &s) == 0 && s.st_ino == inode_of[fd];
}
static uint32_t open_id(int fd) {
  if (trace < 0 || fd < 0 || fd >= MAX_FD || !open_of[fd]) return 0;
  if (!still(fd)) open_of[fd] = is_wal[fd] = 0;
  return open_of[fd];
}
static int to_acks(int fd) { return trace >= 0 && fd >= 0 && fd < MAX_FD && is_acks[fd] && still(fd); }

/* Makes a change and, when it has been made, records it, as one step. */
#define AS_ONE(type, call, what)        \
  pthread_mutex_lock(&mutex);           \
  type result = (call);                 \
  int error = errno;                    \
  if (result >= 0) { what; }            \
  pthread_mutex_unlock(&mutex);         \
  errno = error;                        \
  return result;

static void opened(int fd, const char *path, const char *name, int flags, int existed) {
  if (fd >= MAX_FD) refuse("a very high descriptor");
  struct stat s;
  fstat(fd, &s);
  inode_of[fd] = s.st_ino;
  is_acks[fd] = !name;
  if (!name) return;
  open_of[fd] = ++opens;
  is_wal[fd] = ends(path, "-wal") && (flags & O_ACCMODE) == O_RDONLY;
  int about = (existed ? 0 : CREATED) | ((flags & O_ACCMODE) == O_RDONLY ? READ_ONLY : 0) | (S_ISDIR(s.st_mode) ? FOLDER : 0);
  record_text('O', about, opens, name);
  if (existed && (flags & O_TRUNC)) record('T', 0, opens, 0, 0, NULL, 0, 0);
}
static int do_open(int at, const char *path, int flags, mode_t mode) {
  const char *name = ours(path);
  if (!name && (trace < 0 || !path || strcmp(path, acks))) return syscall(SYS_openat, at, path, flags, mode);
  int existed = access(path, F_OK) == 0;
  AS_ONE(int, syscall(SYS_openat, at, path, flags, mode), opened(result, path, name, flags, existed))
}
#define MODE                                   \
  mode_t mode = 0;                             \
  if (flags & (O_CREAT | O_TMPFILE)) {         \
    va_list list;                              \
    va_start(list, flags);                     \
    mode = va_arg(list, int);                  \
    va_end(list);                              \
  }
int open(const char *path, int flags, ...) { MODE return do_open(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE return do_open(AT_FDCWD, path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { MODE return do_open(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE return do_open(at, path, flags, mode); }

static void closed(int fd) {
  if (open_of[fd]) record('C', 0, open_of[fd], 0, 0, NULL, 0, 0);
  open_of[fd] = is_acks[fd] = is_wal[fd] = 0;
}
int close(int fd) {
  if (!open_id(fd) && !to_acks(fd)) return syscall(SYS_close, fd);
  pthread_mutex_lock(&mutex);
  closed(fd);
  int result = syscall(SYS_close, fd);
  pthread_mutex_unlock(&mutex);
  return result;
}

static int refused(void) {
  if (!read_only || access(read_only, F_OK)) return 0;
  errno = EROFS;
  return 1;
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t offset) {
  uint32_t id = open_id(fd);
  if (!id) return NEXT(pwritev64)(fd, parts, count, offset);
  if (refused()) return -1;
  AS_ONE(ssize_t, NEXT(pwritev64)(fd, parts, count, offset), record('W', 0, id, 0, offset, parts, count, result))
}
ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset) { return pwritev64(fd, parts, count, offset); }
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
  uint32_t id = open_id(fd);
  if (!id) return syscall(SYS_pwrite64, fd, data, length, offset);
  if (refused()) return -1;
  struct iovec part = {(void *)data, length};
  AS_ONE(ssize_t, syscall(SYS_pwrite64, fd, data, length, offset), record('W', 0, id, 0, offset, &part, 1, result))
}
ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) { return pwrite64(fd, data, length, offset); }
ssize_t writev(int fd, const struct iovec *parts, int count) {
  uint32_t id = open_id(fd);
  if (to_acks(fd)) refuse("writev of an acknowledgement");
  if (!id) return syscall(SYS_writev, fd, parts, count);
  if (refused()) return -1;
  AS_ONE(ssize_t, syscall(SYS_writev, fd, parts, count),
         record('W', 0, id, 0, lseek(fd, 0, SEEK_CUR) - result, parts, count, result))
}
ssize_t write(int fd, const void *data, size_t length) {
  uint32_t id = open_id(fd);
  int ack = to_acks(fd);
  if (!id && !ack) return syscall(SYS_write, fd, data, length);
  if (!ack && refused()) return -1;
  struct iovec part = {(void *)data, length};
  AS_ONE(ssize_t, syscall(SYS_write, fd, data, length),
         record(ack ? 'A' : 'W', 0, id, 0, ack ? 0 : lseek(fd, 0, SEEK_CUR) - result, &part, 1, result))
}
int ftruncate64(int fd, off64_t size) {
  uint32_t id = open_id(fd);
  if (!id) return syscall(SYS_ftruncate, fd, size);
  if (refused()) return -1;
  AS_ONE(int, syscall(SYS_ftruncate, fd, size), record('T', 0, id, 0, size, NULL, 0, 0))
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

static int do_sync(int fd, long call) {
  uint32_t id = open_id(fd);
  if (!id) return syscall(call, fd);
  pthread_mutex_lock(&mutex);
  uint32_t number = ++syncs;
  int fails = is_wal[fd] && ++wal_syncs == fail_sync;
  if (!fails) record('S', 0, id, number, 0, NULL, 0, 0);
  pthread_mutex_unlock(&mutex);
  if (fails) {
    errno = EIO;
    return -1;
  }
  /* The real sync is left out: what is durable is decided by the checker, not by the disk of this machine. */
  if (delay) usleep(rand() % delay);
  pthread_mutex_lock(&mutex);
  record('E', 0, id, number, 0, NULL, 0, 0);
  pthread_mutex_unlock(&mutex);
  return 0;
}
int fsync(int fd) { return do_sync(fd, SYS_fsync); }
int fdatasync(int fd) { return do_sync(fd, SYS_fdatasync); }

int unlink(const char *path) {
  const char *name = ours(path);
  if (!name) return syscall(SYS_unlink, path);
  AS_ONE(int, syscall(SYS_unlink, path), record_text('U', 0, 0, name))
}
int rmdir(const char *path) {
  const char *name = ours(path);
  if (!name) return syscall(SYS_rmdir, path);
  AS_ONE(int, syscall(SYS_rmdir, path), record_text('U', 0, 0, name))
}
int mkdir(const char *path, mode_t mode) {
  const char *name = ours(path);
  if (!name) return syscall(SYS_mkdir, path, mode);
  AS_ONE(int, syscall(SYS_mkdir, path, mode), record_text('M', 0, 0, name))
}
int rename(const char *from, const char *to) {
  const char *a = ours(from), *b = ours(to);
  if (!a != !b) refuse("rename into or out of the folder");
  if (!a) return syscall(SYS_rename, from, to);
  AS_ONE(int, syscall(SYS_rename, from, to), record_two('R', a, b))
}
int link(const char *from, const char *to) {
  const char *a = ours(from), *b = ours(to);
  if (!a != !b) refuse("link into or out of the folder");
  if (!a) return syscall(SYS_link, from, to);
  AS_ONE(int, syscall(SYS_link, from, to), record_two('L', a, b))
}

int unlinkat(int at, const char *path, int flags) {
  if (ours(path)) return flags & AT_REMOVEDIR ? rmdir(path) : unlink(path);
  if (open_id(at)) refuse("unlinkat");
  return syscall(SYS_unlinkat, at, path, flags);
}
int remove(const char *path) {
  if (ours(path)) refuse("remove");
  return NEXT(remove)(path);
}
int truncate64(const char *path, off64_t size) {
  if (ours(path)) refuse("truncate");
  return syscall(SYS_truncate, path, size);
}
int symlink(const char *target, const char *path) {
  if (ours(path)) refuse("symlink");
  return syscall(SYS_symlink, target, path);
}
ssize_t sendfile64(int to, int from, off64_t *offset, size_t count) {
  if (open_id(to)) refuse("sendfile");
  return syscall(SYS_sendfile, to, from, offset, count);
}
ssize_t sendfile(int to, int from, off_t *offset, size_t count) { return sendfile64(to, from, offset, count); }
ssize_t copy_file_range(int from, off64_t *a, int to, off64_t *b, size_t count, unsigned flags) {
  if (open_id(to)) refuse("copy_file_range");
  return syscall(SYS_copy_file_range, from, a, to, b, count, flags);
}
int posix_fallocate64(int fd, off64_t offset, off64_t length) {
  if (open_id(fd)) refuse("posix_fallocate");
  return NEXT(posix_fallocate64)(fd, offset, length);
}

int kill(pid_t process, int number) {
  if (trace >= 0 && process == getpid() && number == SIGKILL) pthread_mutex_lock(&mutex);
  return syscall(SYS_kill, process, number);
}
