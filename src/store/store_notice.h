/* SPDX-License-Identifier: Apache-2.0 */
/* store_notice: changes to their account that phones have not been informed of yet. */
#ifndef COUNTERSIGN_STORE_STORE_NOTICE_H
#define COUNTERSIGN_STORE_STORE_NOTICE_H

#include <stddef.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

struct notice {
    int64_t id;
    struct str public_id, kind, subject;
    int64_t created_at;
};

enum errcode store_notice_insert(struct cx *cx, int64_t device_id, const struct notice *notice) MUST_CHECK;
/* Oldest first, at most `limit`, in the arena. */
enum errcode store_notice_list(struct cx *cx, int64_t device_id, int64_t limit, struct notice **notices_out,
                               size_t *n_out) MUST_CHECK;
/* Removing nothing is not an error. */
enum errcode store_notice_remove(struct cx *cx, int64_t device_id, struct str public_id) MUST_CHECK;
/* All of the device. */
enum errcode store_notice_end(struct cx *cx, int64_t device_id) MUST_CHECK;
/* Those written before then. */
enum errcode store_notice_sweep(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out) MUST_CHECK;

#endif
