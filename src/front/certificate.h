/* SPDX-License-Identifier: Apache-2.0 */
/* certificate: lists the certificates in use, and warns the operator in time: one expires soon or has
 * expired, is not valid yet, or does not cover the name in server.public_url. */
#ifndef COUNTERSIGN_FRONT_CERTIFICATE_H
#define COUNTERSIGN_FRONT_CERTIFICATE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/loop.h"
#include "base/str.h"
#include "http/tls.h"

/* How close the expiry is. Each new stage causes a new warning. */
enum certificate_stage {
    CERTIFICATE_GOOD,
    CERTIFICATE_THREE_WEEKS,
    CERTIFICATE_WEEK,
    CERTIFICATE_DAY,
    CERTIFICATE_ENDED
};

struct certificate_watch {
    bool is_on;
    enum certificate_stage stage;
    int64_t warned_at; /* clock_now of the last warning about expiry */
    struct loop_timer look;
};

/* The stage for the time that is left. */
enum certificate_stage certificate_stage(int64_t left);

/* One sentence per line; nothing when all is well. now: clock_now. An empty public_url accepts any name. */
void
certificate_describe(const struct tls_context *tls, struct str public_url, int64_t now, struct buf *lines);

/* What is in use: each certificate's names, issuer, kind of key and days, one sentence per line. */
void certificate_list(const struct tls_context *tls, int64_t now, struct buf *lines);

struct front;
/* For a front with TLS: logs the certificates and the current warnings, then checks every hour, and logs each
 * new stage and, after expiry, one line a day. Called again when others are loaded. */
void certificate_watch(struct front *f);

/* Counts when the first of them ends, as a metric. */
void certificate_count(const struct tls_context *tls);

#endif
