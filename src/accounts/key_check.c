/* SPDX-License-Identifier: Apache-2.0 */
/* key_check: see key_check.h. */
#include "accounts/key_check.h"

#include "base/codec.h"
#include "db/db.h"
#include "keys/env.h"
#include "keys/seal.h"
#include "store/store_meta.h"

#define NAME STR_LIT("key_check")

enum { CHECK_TRIES = 5 };

static enum errcode
is_other(struct cx *cx, const char *key_file)
{
    return err_set(cx, ERR_STORE,
                   "%s is not this database's key: put back the one that was beside it when it was made",
                   key_file);
}

static enum errcode
seed_opens(struct cx *cx, const struct keyed_row *row, bool *opens_out)
{
    struct secret seed = {.n = 0};
    *opens_out = true;
    if (row->id == 0)
        return ERR_NONE;
    enum errcode err = seal_open(cx, row->seed_sealed, row->id, &seed);
    secret_clear(&seed);
    *opens_out = err == ERR_NONE;
    if (err != ERR_CRYPTO)
        return err;
    err_forget(cx);
    return ERR_NONE;
}

static bool
challenge_is_ours(struct cx *cx, const struct keyed_row *row)
{
    if (row->id == 0)
        return true;
    const struct digest token = token_digest(token_derive(cx, TOKEN_OF_CHALLENGE, row->id, row->nonce));
    return secret_equal(token.bytes, row->token.bytes, sizeof token.bytes);
}

/* Within the open transaction, since another process may have been first. */
static enum errcode
settle(struct cx *cx, const char *key_file, struct str ours)
{
    struct keyed_row seed, challenge;
    struct str kept;
    bool opens = false;
    enum errcode err = store_meta_get(cx, NAME, &kept);
    if (err != ERR_NONE || !str_is_null(kept))
        return err != ERR_NONE || secret_equal_str(kept, ours) ? err : is_other(cx, key_file);
    err = store_meta_keyed(cx, &seed, &challenge);
    if (err == ERR_NONE)
        err = seed_opens(cx, &seed, &opens);
    if (err == ERR_NONE && (!opens || !challenge_is_ours(cx, &challenge)))
        err = is_other(cx, key_file);
    return err == ERR_NONE ? store_meta_add(cx, NAME, ours) : err;
}

static enum errcode
check(struct cx *cx, const char *key_file)
{
    const struct secret *check = &cx->env->check;
    struct str kept, ours = codec_base64url(&cx->arena, check->bytes, check->n);
    enum errcode err = store_meta_get(cx, NAME, &kept);
    if (err != ERR_NONE)
        return err;
    if (!str_is_null(kept))
        return secret_equal_str(kept, ours) ? ERR_NONE : is_other(cx, key_file);
    err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    err = settle(cx, key_file, ours);
    return db_end(cx, err);
}

/* The programs of several servers may be started at once, and each finds no value yet. */
enum errcode
key_check(struct cx *cx, const char *key_file)
{
    enum errcode err = check(cx, key_file);
    for (int tries = 1; tries < CHECK_TRIES && err == ERR_STORE_RACE; tries++) {
        err_forget(cx);
        err = check(cx, key_file);
    }
    return err;
}
