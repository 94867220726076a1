/* SPDX-License-Identifier: Apache-2.0 */
/* files: see files.h. */
#include "upkeep/files.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fds.h"
#include "base/os.h"

static const char *const tails[] = {"", "-wal", "-shm", "-journal"};

static enum errcode
fail(struct cx *cx, const char *path)
{
    const int why = errno;
    const enum errcode err = why == EEXIST   ? ERR_EXISTS
                             : why == ENOENT ? ERR_NOT_FOUND
                             : why == ENOSPC ? ERR_STORE_FULL
                                             : ERR_IO;
    return err_set(cx, err, "%s: %s%s", path, strerror(why),
                   err == ERR_EXISTS ? "; nothing was changed" : "");
}

/* -1: see fail. */
static int
open_new(const char *path)
{
    return open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
}

enum errcode
files_make(struct cx *cx, const char *path)
{
    int fd = open_new(path);
    if (fd < 0)
        return fail(cx, path);
    (void)close(fd);
    return ERR_NONE;
}

/* Locked, and still under its name: a process that was faster may have given it another one. In a folder of
 * many it may be another account's, who could read it and change it later, or a second name of a file. */
static bool
is_ours(int fd, const char *path)
{
    struct stat own, named;
    return flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &own) == 0 && lstat(path, &named) == 0 &&
           S_ISREG(own.st_mode) && own.st_ino == named.st_ino && own.st_dev == named.st_dev &&
           own.st_uid == geteuid() && own.st_nlink == 1;
}

enum errcode
files_begin(struct cx *cx, const char *path, FILE **file_out)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
    if (fd < 0)
        return fail(cx, path);
    enum errcode err = ERR_NONE;
    if (!is_ours(fd, path))
        err = err_set(cx, ERR_BUSY, "%s: another process writes it, or it is not this account's", path);
    else if (fchmod(fd, 0600) != 0 || ftruncate(fd, 0) != 0 || (*file_out = fdopen(fd, "r+")) == NULL)
        err = fail(cx, path);
    if (err != ERR_NONE)
        (void)close(fd);
    return err;
}

/* Not a FIFO, whose opening may never end. */
enum errcode
files_open(struct cx *cx, const char *path, FILE **file_out)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return fail(cx, path);
    enum errcode err = fstat(fd, &st) == 0 && S_ISREG(st.st_mode)
                           ? ERR_NONE
                           : err_set(cx, ERR_IO, "%s is not a regular file", path);
    if (err == ERR_NONE && (*file_out = fdopen(fd, "r")) == NULL)
        err = fail(cx, path);
    if (err != ERR_NONE)
        (void)close(fd);
    return err;
}

enum errcode
files_sync(struct cx *cx, const char *path)
{
    const char *folder = dirname(arena_cstr(&cx->arena, str_from_cstr(path)));
    if (!fds_sync(path))
        return fail(cx, path);
    return fds_sync(folder) ? ERR_NONE : fail(cx, folder);
}

/* All bytes of one descriptor. False: see errno. */
static bool
write_all(int from, int to)
{
    char part[64 * 1024];
    for (;;) {
        ssize_t n = read(from, part, sizeof part);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0;
        for (ssize_t at = 0; at < n;) {
            ssize_t put = write(to, part + at, (size_t)(n - at));
            if (put < 0 && errno != EINTR)
                return false;
            at += put > 0 ? put : 0;
        }
    }
}

static enum errcode
copy_to(struct cx *cx, int from, const char *to)
{
    int fd = open_new(to);
    if (fd < 0)
        return fail(cx, to);
    enum errcode err = write_all(from, fd) ? ERR_NONE : fail(cx, to);
    if (close(fd) != 0 && err == ERR_NONE)
        err = fail(cx, to);
    if (err != ERR_NONE)
        (void)unlink(to);
    return err;
}

/* Not a FIFO, whose reading may never end. */
enum errcode
files_copy(struct cx *cx, const char *from, const char *to)
{
    struct stat st;
    int fd = open(from, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return fail(cx, from);
    enum errcode err = fstat(fd, &st) == 0 && S_ISREG(st.st_mode)
                           ? copy_to(cx, fd, to)
                           : err_set(cx, ERR_IO, "%s is not a regular file", from);
    (void)close(fd);
    return err;
}

enum errcode
files_name(struct cx *cx, const char *from, const char *to)
{
    return os_rename_new(from, to) == 0 ? ERR_NONE : fail(cx, to);
}

struct str
files_of_store(struct str url)
{
    static const struct str sqlite = STR("sqlite:");
    if (str_starts(url, STR_LIT("postgresql://")) || str_starts(url, STR_LIT("postgres://")))
        return STR_NULL;
    return str_starts(url, sqlite) ? str_sub(url, sqlite.n, SIZE_MAX) : url;
}

static struct str
with_tail(struct cx *cx, struct str path, size_t i)
{
    return arena_printf(&cx->arena, "%.*s%s", STR_ARG(path), tails[i]);
}

bool
files_have_store(struct cx *cx, struct str path, struct str *name_out)
{
    struct stat st;
    for (size_t i = 0; i < ARRAY_LEN(tails); i++) {
        *name_out = with_tail(cx, path, i);
        if (lstat(name_out->p, &st) == 0 || errno != ENOENT)
            return true;
    }
    return false;
}

void
files_remove_store(struct cx *cx, struct str path)
{
    for (size_t i = 0; i < ARRAY_LEN(tails); i++)
        (void)unlink(with_tail(cx, path, i).p);
}
