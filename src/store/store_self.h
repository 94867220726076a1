/* SPDX-License-Identifier: Apache-2.0 */
/* store_self: openings of the self-service: the token that a device got for a signature. */
#ifndef COUNTERSIGN_STORE_STORE_SELF_H
#define COUNTERSIGN_STORE_STORE_SELF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

struct self_row {
    int64_t id, device_id;
    struct str seed_sealed; /* null: no codes are pending */
    int64_t expires_at;
};

/* Opens it; the device's earlier openings end. */
struct self_opening {
    int64_t device_id;
    struct digest nonce, token; /* the nonce that was signed, and the resulting token */
    int64_t expires_at;
};
enum errcode store_self_open(struct cx *cx, const struct self_opening *opening) MUST_CHECK;
/* One that is open now. ERR_NOT_FOUND. */
enum errcode store_self_get(struct cx *cx, int64_t device_id, const struct digest *token,
                            struct self_row *row_out) MUST_CHECK;
/* Null: none is pending any more. */
enum errcode store_self_seed(struct cx *cx, int64_t id, struct str sealed) MUST_CHECK;
/* All of the device. */
enum errcode store_self_end(struct cx *cx, int64_t device_id) MUST_CHECK;
/* All of the account, except those of one device (0: no exception); all of the company. */
enum errcode store_self_end_account(struct cx *cx, int64_t technician_id, int64_t except_device) MUST_CHECK;
enum errcode store_self_end_company(struct cx *cx, int64_t company_id) MUST_CHECK;
/* Those that ended before then. */
enum errcode store_self_remove(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out) MUST_CHECK;

#endif
