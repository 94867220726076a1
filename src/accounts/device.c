/* SPDX-License-Identifier: Apache-2.0 */
/* device: see the header. */
#include "accounts/device.h"

#include "accounts/technician.h"
#include "base/clock.h"
#include "base/codec.h"
#include "db/db.h"
#include "keys/env.h"

#define SEEN_EVERY (5 * CLOCK_MINUTE)

enum { FINGERPRINT_BYTES = 10 };

struct str
device_fingerprint(struct cx *cx, struct str public_key)
{
    struct digest digest = token_digest(public_key);
    struct str hex = codec_hex(&cx->arena, digest.bytes, FINGERPRINT_BYTES);
    return arena_printf(&cx->arena, "%.4s %.4s %.4s %.4s %.4s", hex.p, hex.p + 4, hex.p + 8, hex.p + 12,
                        hex.p + 16);
}

enum errcode
device_by_token(struct cx *cx, struct str token, struct device *device_out)
{
    if (str_is_empty(token))
        return err_set(cx, ERR_NOT_FOUND, "the device's token is missing");
    struct digest digest = token_digest(token);
    enum errcode err = store_device_by_token(cx, &digest, device_out);
    if (err != ERR_NONE)
        return err;
    cx->proofs |= CX_PROOF_DEVICE;
    device_out->fingerprint = device_fingerprint(cx, device_out->public_key);
    if (cx->now - device_out->seen_at < SEEN_EVERY)
        return ERR_NONE;
    if ((err = db_begin_note(cx)) != ERR_NONE)
        return err;
    device_out->seen_at = cx->now;
    return db_end(cx, store_device_seen(cx, device_out->id, cx->now));
}

enum errcode
device_get(struct cx *cx, int64_t id, struct device *device_out)
{
    enum errcode err = store_device_get(cx, id, device_out);
    if (err == ERR_NONE)
        device_out->fingerprint = device_fingerprint(cx, device_out->public_key);
    return err;
}

enum errcode
device_list(struct cx *cx, int64_t technician_id, bool with_removed, struct device **devices_out,
            size_t *n_out)
{
    enum errcode err = store_device_list(cx, technician_id, with_removed, devices_out, n_out);
    for (size_t i = 0; err == ERR_NONE && i < *n_out; i++)
        (*devices_out)[i].fingerprint = device_fingerprint(cx, (*devices_out)[i].public_key);
    return err;
}

enum errcode
device_count_active(struct cx *cx, int64_t technician_id, int64_t *n_out)
{
    return store_device_count_active(cx, technician_id, n_out);
}

enum errcode
device_check_room(struct cx *cx, int64_t technician_id)
{
    int64_t active = 0;
    enum errcode err = store_device_count_active(cx, technician_id, &active);
    if (err == ERR_NONE && active >= DEVICES_MAX)
        err = err_set(cx, ERR_LIMIT, "the account has %d active devices already", DEVICES_MAX);
    return err;
}
