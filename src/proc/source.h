/* source: the configuration as the supervisor hands it out, and the TLS files that it opens for the fronts.
 *
 * The file is read and checked here once; children get copies of that text, so a child that is started again
 * never meets a file that somebody is editing. The text of the start is kept beside the newest one: START
 * settings of a child that is started again are those of its siblings. */
#ifndef COUNTERSIGN_PROC_SOURCE_H
#define COUNTERSIGN_PROC_SOURCE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "config/config.h"

struct source {
    const char *path;    /* NULL: the text was given, there is nothing to read again */
    struct buf at_start; /* what the server was started with */
    struct buf newest;   /* what was taken over since */
    bool has_newest;
    struct config config; /* LIVE settings of the newest, START settings of the start */
};

/* Reads the file (or takes `text`, where path is NULL). On ERR_CONFIG or ERR_IO, messages holds the problems,
 * one a line. source_clear is called in any case. */
enum errcode
source_init(struct source *s, const char *path, struct str text, struct buf *messages) MUST_CHECK;
void source_clear(struct source *s);

/* What a reload would bring. */
struct source_fresh {
    struct buf text;
    struct config config;
    int tls[2]; /* source_open_tls */
};

/* Reads the file again and opens the TLS files that it names. Nothing of *s changes. On an error, messages
 * holds the problems, one a line. source_fresh_clear is called in any case. */
enum errcode
source_read(const struct source *s, struct cx *cx, struct source_fresh *out, struct buf *messages) MUST_CHECK;
void source_fresh_clear(struct source_fresh *fresh);

/* Takes the LIVE settings over. needs_restart gets the names of START settings that differ. Where TLS would
 * go on or off, which waits for a restart, fresh->tls is closed and -1; else it is the caller's to take. */
void source_take(struct source *s, struct source_fresh *fresh, struct buf *needs_restart);

/* How many worker processes the configuration asks for; of the machine, where it leaves that open. */
size_t source_workers(const struct source *s);

/* A new, sealed, read-only descriptor with a text, at its beginning. -1 and errno when the system refuses. */
int source_fd(const struct buf *text);

/* Copies the certificate chain and the key of the configuration: fds[0] and fds[1], the caller's, sealed.
 * What was proved once stays good, whatever becomes of the files; the kernel copies, so that the key is never
 * in the memory of this process. Without a certificate both are -1. ERR_CONFIG when one cannot be opened, is
 * not a file or is larger than 1 MiB, or when others may read the key: its owner and a group may (0640, as
 * Debian's ssl-cert). */
enum errcode source_open_tls(struct cx *cx, const struct config *config, int fds[2]) MUST_CHECK;
/* Closes those that are open; -1 each then. */
void source_close_tls(int fds[2]);

#endif
