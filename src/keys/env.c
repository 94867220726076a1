/* SPDX-License-Identifier: Apache-2.0 */
/* env: see env.h. */
#include "keys/env.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/codec.h"
#include "base/fds.h"
#include "base/rand.h"
#include "crypto/hash.h"
#include "keys/server_key.h"

enum { KEY_BYTES = SERVER_KEY_BYTES };

enum errcode
env_read_keys(struct cx *cx, const char *key_file, struct auth_env *env)
{
    struct secret server_key;
    struct vapid_key vapid;
    enum errcode err = server_key_read(cx, key_file, &server_key);
    if (err == ERR_NONE) {
        server_key_derive(&server_key, STR_LIT("countersign pepper v1"), KEY_BYTES, &env->pepper);
        server_key_derive(&server_key, STR_LIT("countersign seal v1"), KEY_BYTES, &env->seal);
        server_key_derive(&server_key, STR_LIT("countersign token v1"), KEY_BYTES, &env->token);
        server_key_derive(&server_key, STR_LIT("countersign lookup v1"), KEY_BYTES, &env->lookup);
        server_key_derive(&server_key, STR_LIT("countersign audit v1"), KEY_BYTES, &env->ledger);
        server_key_derive(&server_key, STR_LIT("countersign event v1"), KEY_BYTES, &env->event);
        server_key_derive(&server_key, STR_LIT("countersign check v1"), KEY_BYTES, &env->check);
        vapid_key_derive(&server_key, &vapid);
        memcpy(env->vapid_point, vapid.point, sizeof env->vapid_point);
        secret_clear(&vapid.scalar);
    }
    secret_clear(&server_key);
    return err;
}

void
env_configure(struct auth_env *env, const struct config *c, struct arena *a)
{
    env->argon2_kib = (uint32_t)(c->passwords_memory / 1024);
    env->argon2_passes = (uint32_t)c->passwords_passes;
    env->reveal_unknown_users = c->privacy_reveal_unknown_users;
    env->source_failures = c->privacy_source_failures;
    env->public_url = config_public_url(c, a);
    env->has_webhook = !str_is_empty(c->webhook_url);
    env->has_alarm_hook = !str_is_empty(c->alarms_url);
    env->has_alarm_mail = c->alarms_mail_to.n > 0;
    env->tells_reports = c->alarms_reported;
    env->has_web_push = !str_is_empty(c->push_contact);
    env->push_hosts = c->push_hosts.items;
    env->n_push_hosts = c->push_hosts.n;
}

/* The file's name is durable only once its folder is synced. */
static bool
sync_folder(struct cx *cx, const char *file)
{
    return fds_sync(dirname(arena_cstr(&cx->arena, str_from_cstr(file))));
}

enum errcode
env_write_key_file(struct cx *cx, const char *key_file)
{
    unsigned char key[KEY_BYTES];
    int fd = open(key_file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_set(cx, errno == EEXIST ? ERR_EXISTS : ERR_IO, "%s: %s", key_file, strerror(errno));
    rand_bytes(key, sizeof key);
    struct str text = arena_printf(&cx->arena, "%s\n", codec_base64url(&cx->arena, key, sizeof key).p);
    secret_wipe(key, sizeof key);
    bool done = fds_write_synced(fd, text);
    int why = errno;
    if (close(fd) != 0 && done) {
        done = false;
        why = errno;
    }
    if (done && !sync_folder(cx, key_file)) {
        done = false;
        why = errno;
    }
    if (done)
        return ERR_NONE;
    unlink(key_file);
    return err_set(cx, ERR_IO, "%s: %s", key_file, strerror(why));
}

void
env_clear(struct auth_env *env)
{
    secret_clear(&env->pepper);
    secret_clear(&env->seal);
    secret_clear(&env->token);
    secret_clear(&env->lookup);
    secret_clear(&env->ledger);
    secret_clear(&env->event);
    secret_clear(&env->check);
}

struct digest
token_digest(struct str token)
{
    return sha256(token);
}

struct str
token_random(struct cx *cx)
{
    unsigned char bytes[TOKEN_BYTES];
    rand_word(bytes, sizeof bytes);
    struct str token = codec_base64url(&cx->arena, bytes, sizeof bytes);
    secret_wipe(bytes, sizeof bytes);
    return token;
}

static struct digest
hmac(const struct secret *key, struct str message)
{
    ASSERT(key->n == KEY_BYTES);
    return hmac_sha256((struct str){(const char *)key->bytes, key->n}, message);
}

static struct digest
derive(const struct cx *cx, const char *purpose, int64_t id, struct str nonce)
{
    struct buf message;
    unsigned char row[8];
    be64_put(row, (uint64_t)id);
    buf_init(&message, 1024);
    buf_add(&message, purpose, strlen(purpose) + 1);
    buf_add(&message, row, sizeof row);
    buf_add_str(&message, nonce);
    ASSERT(!buf_is_over(&message));
    struct digest mac = hmac(&cx->env->token, buf_view(&message));
    buf_clear(&message);
    return mac;
}

struct str
token_derive(struct cx *cx, const char *purpose, int64_t id, struct str nonce)
{
    struct digest mac = derive(cx, purpose, id, nonce);
    return codec_base64url(&cx->arena, mac.bytes, sizeof mac.bytes);
}

struct str
token_number(struct cx *cx, int64_t id, struct str nonce, int64_t digits)
{
    /* The remainder is uniform below the largest multiple of a power of ten; a 64-bit word exceeds that with
     * a probability of 2^-45 at most. */
    static const uint64_t powers[] = {1, 10, 100, 1000, 10000, 100000, 1000000};
    ASSERT(digits >= 1 && digits < (int64_t)ARRAY_LEN(powers));
    const uint64_t numbers = powers[digits];
    const uint64_t below = UINT64_MAX - UINT64_MAX % numbers;
    struct digest mac = derive(cx, "number", id, nonce);
    uint64_t word = be64_get(mac.bytes);
    for (size_t at = 8; word >= below && at < sizeof mac.bytes; at += 8)
        word = be64_get(mac.bytes + at);
    return arena_printf(&cx->arena, "%0*u", (int)digits, (unsigned)(word % numbers));
}

struct digest
env_lookup(const struct cx *cx, struct str a, struct str b)
{
    struct buf message;
    unsigned char length[8];
    buf_init(&message, a.n + b.n + sizeof length);
    be64_put(length, a.n);
    buf_add(&message, length, sizeof length);
    buf_add_str(&message, a);
    buf_add_str(&message, b);
    struct digest mac = hmac(&cx->env->lookup, buf_view(&message));
    buf_clear(&message);
    return mac;
}
