/* SPDX-License-Identifier: Apache-2.0 */
/* setting: config.def as a table, and conversion of one value of any kind to and from text. Private to
 * this folder. */
#ifndef COUNTERSIGN_CONFIG_SETTING_H
#define COUNTERSIGN_CONFIG_SETTING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"
#include "config/config.h"

enum setting_kind {
    KIND_BOOL,
    KIND_INT,
    KIND_SIZE,
    KIND_SECONDS,
    KIND_STRING,
    KIND_PATH,
    KIND_LIST,
    KIND_CHOICE_LOG,
    KIND_CHOICE_FORMAT,
    KIND_CHOICE_ACCESS,
};

enum setting_reload { RELOAD_LIVE, RELOAD_START };

enum setting_id {
#define SETTING(section, key, kind, def, min, max, reload, doc) SETTING_##section##_##key,
#include "config/config.def"
    SETTING_COUNT_
};

struct setting {
    const char *section;
    const char *key;
    enum setting_kind kind;
    enum setting_reload reload;
    const char *def;
    uint64_t min, max; /* numbers: in the file's unit (bytes, seconds); others: length in bytes */
    size_t offset;     /* offset in struct config */
    const char *doc;
};

struct setting_section {
    const char *name;
    const char *doc;
};

extern const struct setting settings[SETTING_COUNT_];
/* Ends with a row whose name is NULL. */
extern const struct setting_section setting_sections[];

/* Parses a value into its member of c. False: *c is unchanged, and `why` (may be NULL) describes what the
 * value must be. */
bool setting_read(const struct setting *s, struct str text, struct config *c, struct buf *why);
bool setting_is_equal(const struct setting *s, const struct config *a, const struct config *b);
/* Copies the value into the arena of `to`. The old value stays in that arena. */
void setting_copy(const struct setting *s, struct config *to, const struct config *from);
/* What a value must be, as a phrase: "a number from 1 to 16". */
void setting_describe(const struct setting *s, struct buf *out);

/* The errors of a file, line by line. */
struct problems {
    struct str name;
    struct buf *out;                 /* NULL: errors are only counted */
    unsigned set_at[SETTING_COUNT_]; /* the line of each setting in the file, 0: missing */
    bool is_unread[SETTING_COUNT_];  /* it is in the file, but was refused: the default was not intended */
    unsigned count;
};

void problems_add(struct problems *p, unsigned line, const char *fmt, ...) PRINTF_LIKE(3, 4);

/* Whether a URL has a supported form, and a loopback host. */
bool url_is_loopback(struct str url);

/* The rules that need more than one value, or more than the kind of a value. A rule is skipped if it
 * depends on a value that was not read. */
void config_check(const struct config *c, struct problems *p);
/* Of tls.redirect_listen and tls.webroot. */
void check_redirect(const struct config *c, struct problems *p);

#endif
