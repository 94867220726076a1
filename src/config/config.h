/* config: countersign.conf as one checked struct, made from config.def.
 *
 * UTF-8, with or without a byte order mark; INI style: [section] lines, key = value, # or ; begins a comment
 * line (a # within a line is part of the value). Unknown sections and keys, a key given twice, values out of
 * bounds and files over 64 KiB are refused with the line number. A time without a unit is in seconds, a size
 * in bytes; a path is absolute or empty. All strings live in the config's own arena; an empty one is never
 * null. */
#ifndef COUNTERSIGN_CONFIG_CONFIG_H
#define COUNTERSIGN_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

struct config_list {
    const struct str *items;
    size_t n;
};

#define CONFIG_C_BOOL bool
#define CONFIG_C_INT int64_t
#define CONFIG_C_SIZE size_t
#define CONFIG_C_SECONDS int64_t /* microseconds, as clock_now */
#define CONFIG_C_STRING struct str
#define CONFIG_C_PATH struct str /* NUL-terminated behind its end */
#define CONFIG_C_LIST struct config_list
#define CONFIG_C_CHOICE_LOG int /* enum log_level */

/* One flat struct; members are section_key: config.server_listen. */
struct config {
    struct arena arena;
#define SETTING(section, key, kind, def, min, max, reload, doc) CONFIG_C_##kind section##_##key;
#include "config/config.def"
};

/* Every setting at its default. */
void config_init(struct config *c);
void config_clear(struct config *c);

/* Reads the text over the defaults into *c, which was initialised (what it held is freed), and checks every
 * rule, those between settings included (a key for a certificate, no plain HTTP beyond loopback unless
 * allowed, a public_url that fits). On ERR_CONFIG, messages holds one line a problem, "NAME:LINE: what is
 * wrong", all of them, and *c is as config_init left it. */
enum errcode
config_parse(struct config *c, struct str name, struct str text, struct buf *messages) MUST_CHECK;
/* The same from a descriptor (not closed) or a path. ERR_IO with a message when it cannot be read. */
enum errcode config_read_fd(struct config *c, const char *name, int fd, struct buf *messages) MUST_CHECK;
enum errcode config_read(struct config *c, const char *path, struct buf *messages) MUST_CHECK;

/* After a reload: takes the LIVE settings of `fresh` over into `c`. Appends the name ("section.key",
 * separated by blanks) of each setting that differs and needs a restart: the START ones, and the LIVE ones
 * too when TLS would go on or off, or when they would break a rule beside the START settings that run; then
 * nothing is taken. Views of strings taken from `c` earlier stay valid until config_clear. */
void config_take_live(struct config *c, const struct config *fresh, struct buf *needs_restart);

/* What phones and browsers use, without a slash at its end: public_url, else the first listener, which speaks
 * https where there is a certificate. A view of the configuration, or in the arena. */
struct str config_public_url(const struct config *c, struct arena *a);
/* Whether that names loopback: no other device can open a link to it. */
bool config_is_local(const struct config *c);
/* A sentence for an operator who is root, or NULL: nothing to say. */
const char *config_warn_root(const struct config *c);

/* The commented default file, and the settings part of countersign.conf(5) in mdoc. */
void config_print_default(struct buf *out);
void config_print_man(struct buf *out);

#endif
