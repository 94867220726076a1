/* SPDX-License-Identifier: Apache-2.0 */
/* config: countersign.conf as one checked struct, generated from config.def.
 *
 * UTF-8, with or without a byte order mark; INI style: [section] lines, key = value; a line that starts
 * with # or ; is a comment (a # later in a line belongs to the value). Unknown sections and keys,
 * duplicate keys, values out of range and files over 64 KiB are refused with the line number. A time
 * without a unit is in seconds, a size in bytes; a path is absolute or empty. All strings are in the
 * config's own arena; an empty one is never null. */
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
#define CONFIG_C_PATH struct str /* followed by a NUL */
#define CONFIG_C_LIST struct config_list
#define CONFIG_C_CHOICE_LOG int    /* enum log_level */
#define CONFIG_C_CHOICE_FORMAT int /* enum log_format */
#define CONFIG_C_CHOICE_ACCESS int /* enum config_access */

enum config_access { CONFIG_ACCESS_OFF, CONFIG_ACCESS_ERRORS, CONFIG_ACCESS_ALL };

/* One flat struct; its members are named section_key: config.server_listen. */
struct config {
    struct arena arena;
#define SETTING(section, key, kind, def, min, max, reload, doc) CONFIG_C_##kind section##_##key;
#include "config/config.def"
};

/* Every setting with its default. */
void config_init(struct config *c);
void config_clear(struct config *c);

/* Reads the text, on top of the defaults, into *c, which must be initialized (its old content is freed),
 * and checks all rules, including those between settings (a key for a certificate, no plain HTTP beyond
 * loopback unless allowed, a matching public_url). On ERR_CONFIG, messages has all problems, one per line,
 * as "NAME:LINE: what is wrong", and *c is as after config_init. */
enum errcode
config_parse(struct config *c, struct str name, struct str text, struct buf *messages) MUST_CHECK;
/* The same from a descriptor (not closed) or a path. ERR_IO with a message when it cannot be read. */
enum errcode config_read_fd(struct config *c, const char *name, int fd, struct buf *messages) MUST_CHECK;
enum errcode config_read(struct config *c, const char *path, struct buf *messages) MUST_CHECK;

/* Where a service manager has put credentials (its CREDENTIALS_DIRECTORY; NULL: nowhere): a file there with
 * the name of a PATH setting, such as "tls.key", is used in place of the file that the setting names. A
 * setting that is empty stays empty. Not for store.path. */
void config_use_credentials(struct config *c, const char *folder);

/* After a reload: copies the LIVE settings of `fresh` into `c`. Appends the names ("section.key",
 * separated by blanks) of settings that differ and need a restart: the START ones, and also the LIVE ones
 * if TLS would be turned on or off, or if they would violate a rule in combination with the running START
 * settings; nothing is copied then. Views of strings obtained from `c` earlier stay valid until
 * config_clear. */
void config_take_live(struct config *c, const struct config *fresh, struct buf *needs_restart);

/* The store, as db_open takes it: its address, or the path of a file; and that path alone, followed by a NUL,
 * null where the store is a server's. */
struct str config_store(const struct config *c);
struct str config_store_file(const struct config *c);
/* What of the store lies on this machine: its file, otherwise the key. The socket for news is beside it. */
struct str config_local_file(const struct config *c);
/* The address for phones and browsers, without a trailing slash: public_url, otherwise the first listener,
 * with https if there is a certificate. A view of the configuration, or in the arena. */
struct str config_public_url(const struct config *c, struct arena *a);
/* Whether that is a loopback address: no other device can open a link to it. */
bool config_is_local(const struct config *c);
/* A warning for an operator running as root, or NULL. */
const char *config_warn_root(const struct config *c);

/* The commented default file, and the settings part of countersign.conf(5) as mdoc. */
void config_print_default(struct buf *out);
void config_print_man(struct buf *out);

#endif
