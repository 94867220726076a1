/* env: what the domain needs to know of the server, and the keys that it derives from the server key
 * (server_key.h). Held by workers and the command line only; wiped by env_clear. */
#ifndef COUNTERSIGN_KEYS_ENV_H
#define COUNTERSIGN_KEYS_ENV_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"
#include "config/config.h"
#include "keys/push_key.h"

struct auth_env {
    struct secret pepper; /* of passwords: HMAC before argon2id */
    struct secret seal;   /* AES-256-GCM of TOTP seeds */
    struct secret token;  /* derived tokens and match numbers */
    struct secret lookup; /* HMAC of account names and recovery codes */
    struct secret check;  /* what the database keeps, to know its key by: key_check.h */
    uint32_t argon2_kib;
    uint32_t argon2_passes;
    bool reveal_unknown_users;
    int64_t source_failures;
    struct str public_url;                    /* without a slash at its end */
    bool has_webhook;                         /* a challenge is also put into the outbox */
    bool has_push;                            /* likewise, for each phone that is subscribed */
    unsigned char push_point[PUSH_KEY_POINT]; /* what phones subscribe to */
    const struct str *push_hosts;             /* push services of the operator's beside the known ones */
    size_t n_push_hosts;
};

/* Takes what the domain wants to know from the configuration: all but the keys. Again after a reload. Views
 * of the configuration, which outlives env; what is made is in the arena. */
void env_configure(struct auth_env *env, const struct config *c, struct arena *a);
/* Makes the keys from the file; the rest is env_configure's. ERR_IO, ERR_SYNTAX, ERR_DENIED (others may
 * read it). */
enum errcode env_read_keys(struct cx *cx, const char *key_file, struct auth_env *env) MUST_CHECK;
/* Writes a new key file, mode 0600, durable. ERR_EXISTS when there is one: a key is never overwritten. */
enum errcode env_write_key_file(struct cx *cx, const char *key_file) MUST_CHECK;
void env_clear(struct auth_env *env);

/* SHA-256 of a token as it travels: what the database holds. */
struct digest token_digest(struct str token);
/* A fresh random token of 256 bits, base64url (43 characters). */
struct str token_random(struct cx *cx);
/* HMAC-SHA-256(env->token, purpose || 0 || id || nonce) as base64url: the same again for the same row. */
struct str token_derive(struct cx *cx, const char *purpose, int64_t id, struct str nonce);
#define TOKEN_OF_PUSH "push"
/* Six digits, uniform, from the same derivation. */
struct str token_number(struct cx *cx, int64_t id, struct str nonce);
struct digest env_lookup(const struct cx *cx, struct str a, struct str b);

#endif
