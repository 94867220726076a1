/* sqlite_words: what an operator can do something about, in words, in place of SQLite's numbers. Not for use
 * outside of store/. */
#ifndef COUNTERSIGN_DB_SQLITE_WORDS_H
#define COUNTERSIGN_DB_SQLITE_WORDS_H

#include <stdbool.h>

/* SQLite ran out of room, by its own word or by the system's (error, as of sqlite3_system_errno). */
bool sqlite_is_full(int rc, int error);
/* A sentence that goes on after the file's path; NULL where there is none for it. Looks at the file. */
const char *sqlite_words(int rc, int error, const char *path);

#endif
