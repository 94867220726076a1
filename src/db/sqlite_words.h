/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite_words: what an operator can do something about, in words, in place of SQLite's numbers. Not for use
 * outside of store/. */
#ifndef COUNTERSIGN_DB_SQLITE_WORDS_H
#define COUNTERSIGN_DB_SQLITE_WORDS_H

#include <stdbool.h>

/* SQLite ran out of space, by its own code or by the system's (error, from sqlite3_system_errno). */
bool sqlite_is_full(int rc, int error);
/* A phrase to follow the file's path; NULL if there is none for this failure. Examines the file. */
const char *sqlite_words(int rc, int error, const char *path);

#endif
