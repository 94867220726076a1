/* SPDX-License-Identifier: Apache-2.0 */
/* source: the configuration as the supervisor distributes it.
 *
 * The file is read and checked here once; children get copies of that text, so a restarted child never
 * sees a half-edited file. The text from the start is kept besides the newest one, so that a restarted
 * child has the same START settings as its siblings. */
#ifndef COUNTERSIGN_PROC_SOURCE_H
#define COUNTERSIGN_PROC_SOURCE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "config/config.h"
#include "proc/certificates.h"

struct source {
    const char *path;    /* NULL: the text was given directly, and cannot be read again */
    struct buf at_start; /* the text that the server was started with */
    struct buf newest;   /* the text of the last reload */
    bool has_newest;
    struct config config; /* LIVE settings of the newest text, START settings of the first */
};

/* Reads the file (or uses `text`, if path is NULL). On ERR_CONFIG or ERR_IO, messages has the problems,
 * one per line. source_clear must be called in any case. */
enum errcode
source_init(struct source *s, const char *path, struct str text, struct buf *messages) MUST_CHECK;
void source_clear(struct source *s);

/* The text in use. */
const struct buf *source_newest(const struct source *s);

/* What a reload would apply. */
struct source_fresh {
    struct buf text;
    struct config config;
    struct certificates tls;
};

/* Reads the file again and opens the TLS files that it names. *s does not change. On an error, messages
 * has the problems, one per line. source_fresh_clear must be called in any case. */
enum errcode
source_read(struct cx *cx, const struct source *s, struct source_fresh *out, struct buf *messages) MUST_CHECK;
void source_fresh_init(struct source_fresh *fresh);
void source_fresh_clear(struct source_fresh *fresh);

/* Applies the LIVE settings. needs_restart gets the names of START settings that differ. If TLS would be
 * turned on or off, which needs a restart, fresh->tls is closed and empty; otherwise the caller takes it. */
void source_take(struct source *s, struct source_fresh *fresh, struct buf *needs_restart);

/* The configured number of workers; where the configuration leaves it open, derived from the machine. */
size_t source_workers(const struct source *s);

/* A new, sealed, read-only descriptor that holds a text, positioned at its start. -1 and errno when the
 * system refuses. */
int source_fd(const struct buf *text);

#endif
