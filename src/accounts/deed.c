/* SPDX-License-Identifier: Apache-2.0 */
/* deed: see deed.h. */
#include "accounts/deed.h"

#include "accounts/audit.h"
#include "accounts/device_change.h"
#include "accounts/notice.h"
#include "accounts/subscription.h"
#include "accounts/technician.h"
#include "base/codec.h"
#include "db/db.h"
#include "keys/env.h"

enum { TIME_BYTES = 8, TIME_CHARS = 11 };

/* The time in the clear, so that it can be checked, and the MAC. */
static struct str
nonce_of(struct cx *cx, int64_t device_id, int64_t deeds, int64_t issued_at)
{
    unsigned char bound[2 * TIME_BYTES];
    be64_put(bound, (uint64_t)issued_at);
    be64_put(bound + TIME_BYTES, (uint64_t)deeds);
    struct str time = codec_base64url(&cx->arena, bound, TIME_BYTES);
    struct str mac = token_derive(cx, "deed", device_id, (struct str){(const char *)bound, sizeof bound});
    return arena_printf(&cx->arena, "%.*s%.*s", STR_ARG(time), STR_ARG(mac));
}

/* One from the future was issued by another server, or before the clock was set back: then it is not valid.
 */
static bool
is_in_time(const struct cx *cx, int64_t issued_at)
{
    return issued_at <= cx->now + 2 * CLOCK_SKEW_MOST && issued_at > cx->now - DEED_NONCE_LIFE;
}

static bool
is_good_nonce(struct cx *cx, const struct deed *deed, int64_t deeds)
{
    unsigned char time[TIME_CHARS + 1];
    size_t n = 0;
    if (deed->nonce.n <= TIME_CHARS ||
        codec_base64url_read(str_sub(deed->nonce, 0, TIME_CHARS), time, sizeof time, &n) != ERR_NONE ||
        n != TIME_BYTES)
        return false;
    const uint64_t issued_at = be64_get(time);
    return issued_at <= INT64_MAX && is_in_time(cx, (int64_t)issued_at) &&
           secret_equal_str(nonce_of(cx, deed->device->id, deeds, (int64_t)issued_at), deed->nonce);
}

enum errcode
deed_nonce(struct cx *cx, const struct device *d, struct str *nonce_out)
{
    int64_t deeds = 0;
    enum errcode err = store_device_deeds(cx, d->id, &deeds);
    *nonce_out = err == ERR_NONE ? nonce_of(cx, d->id, deeds, cx->now) : STR_NULL;
    return err;
}

/* *deeds_out: the count that the nonce was made for; to be spent if the result is DEED_OK. */
static enum errcode
judge(struct cx *cx, const struct deed *deed, int64_t *deeds_out, enum deed_result *result_out)
{
    struct device now;
    struct technician t;
    *result_out = DEED_UNKNOWN_DEVICE;
    enum errcode err = device_get(cx, deed->device->id, &now);
    if (err == ERR_NONE)
        err = technician_get(cx, now.technician_id, &t);
    if (err == ERR_NONE)
        err = store_device_deeds(cx, now.id, deeds_out);
    if (err != ERR_NONE || now.state != DEVICE_ACTIVE || t.deleted_at != 0)
        return err;
    *result_out = DEED_STALE;
    if (!is_good_nonce(cx, deed, *deeds_out))
        return ERR_NONE;
    err = str_is_null(deed->statement) ? err_set(cx, ERR_CRYPTO, "the statement is too long")
                                       : es256_verify(cx, now.public_key, deed->statement, deed->signature);
    *result_out = err == ERR_NONE ? DEED_OK : DEED_BAD_SIGNATURE;
    if (err == ERR_NONE)
        cx->proofs |= CX_PROOF_SIGNATURE;
    if (err != ERR_CRYPTO)
        return err;
    err_forget(cx);
    return ERR_NONE;
}

enum errcode
deed_check(struct cx *cx, const struct deed *deed, enum deed_result *result_out)
{
    int64_t deeds = 0;
    return judge(cx, deed, &deeds, result_out);
}

static enum errcode
audit_refusal(struct cx *cx, const struct device *d)
{
    struct technician t;
    enum errcode err = technician_get(cx, d->technician_id, &t);
    if (err != ERR_NONE)
        return err;
    return audit_append(cx, (struct audit_of){t.company_id, t.id}, AUDIT_DEVICE_REFUSED, "device",
                        arena_printf(&cx->arena, "%lld", (long long)d->id), "reason", STR_LIT("signature"),
                        NULL);
}

enum errcode
deed_spend(struct cx *cx, const struct deed *deed, enum deed_result *result_out)
{
    int64_t deeds = 0;
    bool won = false;
    enum errcode err = judge(cx, deed, &deeds, result_out);
    if (err == ERR_NONE && *result_out == DEED_BAD_SIGNATURE)
        err = audit_refusal(cx, deed->device);
    if (err != ERR_NONE || *result_out != DEED_OK)
        return err;
    err = store_device_deed(cx, deed->device->id, deeds, &won);
    *result_out = won ? DEED_OK : DEED_STALE;
    if (err == ERR_NONE && won)
        cx->proofs |= CX_PROOF_DEED;
    return err;
}

/* On an error no transaction is open. */
static enum errcode
begin(struct cx *cx, const struct deed *deed, enum deed_result *result_out)
{
    enum errcode err = db_begin(cx);
    if (err != ERR_NONE)
        return err;
    cx->device = deed->device->id;
    err = deed_spend(cx, deed, result_out);
    if (err != ERR_NONE)
        db_rollback(cx);
    return err;
}

enum errcode
deed_remove(struct cx *cx, const struct deed *deed, enum deed_result *result_out)
{
    enum errcode err = begin(cx, deed, result_out);
    if (err != ERR_NONE)
        return err;
    if (*result_out == DEED_OK)
        err = device_set_state_within(cx, deed->device, DEVICE_REMOVED);
    return db_end(cx, err);
}

enum errcode
deed_notice_shown(struct cx *cx, const struct deed *deed, struct str public_id, enum deed_result *result_out)
{
    enum errcode err = begin(cx, deed, result_out);
    if (err != ERR_NONE)
        return err;
    if (*result_out == DEED_OK)
        err = notice_shown(cx, deed->device, public_id);
    return db_end(cx, err);
}

enum errcode
deed_subscribe(struct cx *cx, const struct deed *deed, const struct subscription *wanted, bool is_again,
               enum deed_result *result_out)
{
    enum errcode err = begin(cx, deed, result_out);
    if (err != ERR_NONE)
        return err;
    if (*result_out == DEED_OK)
        err = subscription_set_within(cx, deed->device, wanted, is_again);
    return db_end(cx, err);
}

enum errcode
deed_unsubscribe(struct cx *cx, const struct deed *deed, enum deed_result *result_out)
{
    enum errcode err = begin(cx, deed, result_out);
    if (err != ERR_NONE)
        return err;
    if (*result_out == DEED_OK)
        err = subscription_end_within(cx, deed->device);
    return db_end(cx, err);
}
