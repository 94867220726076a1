/* SPDX-License-Identifier: Apache-2.0 */
/* env: what the domain needs to know about the server, and the keys derived from the server key
 * (server_key.h). Only workers and the command line have it; env_clear wipes it. */
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
#include "keys/vapid_key.h"

struct auth_env {
    struct secret pepper; /* for passwords: HMAC before argon2id */
    struct secret seal;   /* AES-256-GCM for TOTP seeds */
    struct secret token;  /* derives tokens and match numbers */
    struct secret lookup; /* HMAC of account names and recovery codes */
    struct secret
        ledger;          /* the seed of the key that signs the audit log's checkpoints: ledger/checkpoint.h */
    struct secret event; /* HMAC of an event until it is sealed: accounts/audit_mac.h */
    struct secret check; /* stored in the database to recognize its key: key_check.h */
    uint32_t argon2_kib;
    uint32_t argon2_passes;
    bool reveal_unknown_users;
    int64_t source_failures;
    struct str public_url;                      /* without a trailing slash */
    bool has_webhook;                           /* challenges also go into the outbox */
    bool has_alarm_hook, has_alarm_mail;        /* alarms go there */
    bool tells_reports;                         /* a reported sign-in is an alarm */
    bool has_web_push;                          /* the same, for each phone with a subscription */
    unsigned char vapid_point[VAPID_KEY_POINT]; /* the key that phones subscribe to */
    const struct str *push_hosts;               /* the operator's push services, in addition to the known
                                                 * ones */
    size_t n_push_hosts;
};

/* Takes everything except the keys from the configuration; called again after a reload. Keeps views of the
 * configuration, which must outlive env; new data is in the arena. */
void env_configure(struct auth_env *env, const struct config *c, struct arena *a);
/* Derives the keys from the file; env_configure does the rest. ERR_IO, ERR_SYNTAX, ERR_DENIED (others may
 * read it). */
enum errcode env_read_keys(struct cx *cx, const char *key_file, struct auth_env *env) MUST_CHECK;
/* Creates a new key file, mode 0600, durably. ERR_EXISTS if it exists: a key is never overwritten. */
enum errcode env_write_key_file(struct cx *cx, const char *key_file) MUST_CHECK;
void env_clear(struct auth_env *env);

/* SHA-256 of a token in its transmitted form: what the database stores. */
struct digest token_digest(struct str token);
/* A new random token of 256 bits, base64url (43 characters). */
struct str token_random(struct cx *cx);
/* HMAC-SHA-256(env->token, purpose || 0 || id || nonce) as base64url: reproducible for the same row. */
struct str token_derive(struct cx *cx, const char *purpose, int64_t id, struct str nonce);
#define TOKEN_OF_CHALLENGE "push"
/* Uniform digits from the same derivation, 1 to 6 of them (ASSERT). */
struct str token_number(struct cx *cx, int64_t id, struct str nonce, int64_t digits);
struct digest env_lookup(const struct cx *cx, struct str a, struct str b);

#endif
