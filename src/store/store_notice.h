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
    int64_t times;             /* how many it stands for */
    int64_t since, created_at; /* when the first and the last of them were made */
};

enum errcode store_notice_insert(struct cx *cx, int64_t device_id, const struct notice *notice) MUST_CHECK;
/* Within the open transaction, once the notice is inserted: takes out the others of the device with the same
 * kind and subject, and adds them to times and since. A letter about one of them that is
 * under way is about this one now, so that it still counts as one that rings; one that waits is dropped. */
enum errcode store_notice_join(struct cx *cx, int64_t device_id, const struct notice *notice) MUST_CHECK;
/* Within the open transaction: keeps the newest `most` rows of the notice's kind, itself included; the oldest
 * of them then stands for those removed, too. */
enum errcode
store_notice_fold(struct cx *cx, int64_t device_id, const struct notice *notice, int64_t most) MUST_CHECK;
/* Newest first, at most `limit`, in the arena. */
enum errcode store_notice_list(struct cx *cx, int64_t device_id, int64_t limit, struct notice **notices_out,
                               size_t *n_out) MUST_CHECK;
/* Removing nothing is not an error. */
enum errcode store_notice_remove(struct cx *cx, int64_t device_id, struct str public_id) MUST_CHECK;
/* All of the device. */
enum errcode store_notice_end(struct cx *cx, int64_t device_id) MUST_CHECK;
/* Those written before then. */
enum errcode store_notice_sweep(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out) MUST_CHECK;

#endif
