/* SPDX-License-Identifier: Apache-2.0 */
/* files: the files of backups and restores: private from their first moment, never in place of another one,
 * on the disk before anybody relies on them. */
#ifndef COUNTERSIGN_UPKEEP_FILES_H
#define COUNTERSIGN_UPKEEP_FILES_H

#include <stdbool.h>
#include <stdio.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

/* A new, empty file, mode 0600. ERR_EXISTS; ERR_IO. */
enum errcode files_make(struct cx *cx, const char *path) MUST_CHECK;
/* A file of mode 0600 for what is not whole yet, empty, locked until it is closed. One that was left by a
 * process that has ended is taken over. ERR_BUSY: another process has it, or it is another account's or has a
 * second name; ERR_IO. */
enum errcode files_begin(struct cx *cx, const char *path, FILE **file_out) MUST_CHECK;
/* A regular file, to be read. ERR_NOT_FOUND; ERR_IO. */
enum errcode files_open(struct cx *cx, const char *path, FILE **file_out) MUST_CHECK;
/* Syncs the file, and its entry in the folder. ERR_IO. */
enum errcode files_sync(struct cx *cx, const char *path) MUST_CHECK;
/* The bytes of a regular file, as a new one, mode 0600. ERR_NOT_FOUND, ERR_EXISTS, ERR_IO, ERR_STORE_FULL. On
 * an error there is no new file. */
enum errcode files_copy(struct cx *cx, const char *from, const char *to) MUST_CHECK;
/* Gives the file another name, which nothing has. ERR_EXISTS, ERR_IO. */
enum errcode files_name(struct cx *cx, const char *from, const char *to) MUST_CHECK;
/* The file of an address as for db_open; null: it is on a server. */
struct str files_of_store(struct str url);
/* Whether there is a file of that name, or, of SQLite, one that belongs to it; its name, in the arena. */
bool files_have_store(struct cx *cx, struct str path, struct str *name_out);
/* An SQLite file with all that belongs to it. */
void files_remove_store(struct cx *cx, struct str path);

#endif
