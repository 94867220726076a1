/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite_words: see sqlite_words.h. */
#include "db/sqlite_words.h"

#include <errno.h>
#include <sqlite3.h>
#include <stddef.h>
#include <unistd.h>

bool
sqlite_is_full(int rc, int error)
{
    int basic = rc & 0xff;
    return basic == SQLITE_FULL || (basic == SQLITE_IOERR && (error == ENOSPC || error == EDQUOT));
}

/* SQLite reports little about a file that it may not write; the system knows the reason. */
static const char *
words_of_access(const char *path)
{
    if (access(path, R_OK | W_OK) == 0)
        return NULL;
    if (errno == EROFS)
        return "is on a read-only file system: mount it for writing";
    if (errno == EACCES || errno == EPERM)
        return "may not be read and written by this user: it belongs to server.user";
    return NULL;
}

const char *
sqlite_words(int rc, int error, const char *path)
{
    if (sqlite_is_full(rc, error))
        return "cannot grow: there is no space left on its file system, or its quota is used up";
    switch (rc & 0xff) {
    case SQLITE_CORRUPT:
        return "is damaged: stop the server and restore a backup";
    case SQLITE_NOTADB:
        return "is not a database: restore a backup";
    case SQLITE_BUSY:
        return "was locked by another program for longer than store.busy_timeout";
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_IOERR:
        return words_of_access(path);
    default:
        return NULL;
    }
}
