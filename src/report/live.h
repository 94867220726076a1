/* SPDX-License-Identifier: Apache-2.0 */
/* live: what a running server says about itself at metrics.listen, as numbers. It reads the text that any
 * monitoring reads (docs/metrics.md), so nothing here needs the server's memory or its database. */
#ifndef COUNTERSIGN_REPORT_LIVE_H
#define COUNTERSIGN_REPORT_LIVE_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/cx.h"
#include "base/err.h"
#include "config/config.h"

enum { LIVE_SAMPLES = 4096 /* of a text; more are ignored */ };

struct live_sample {
    struct str name, labels; /* without the prefix countersign_; without the braces */
    int64_t value;           /* of a metric in seconds: microseconds */
};

/* The memory of one look. */
struct live {
    struct arena arena;
    struct live_sample *samples;
    size_t n;
    struct str version; /* of the server; null: there is no look yet */
};

void live_init(struct live *l);
void live_clear(struct live *l);

/* Asks the server of the configuration, at a Unix socket of metrics.listen if there is one, for 5 seconds at
 * most. In place of the look before; on an error there is none. ERR_NOT_FOUND: metrics.listen is empty.
 * ERR_CLOSED: no server answers there; ERR_DENIED: this account may not ask; ERR_PROTOCOL: what answers is
 * another program. */
enum errcode live_read(struct cx *cx, const struct config *config, struct live *l) MUST_CHECK;

/* The same from the text of /metrics, which is copied. */
void live_parse(struct live *l, struct str text);

/* The sum of the samples of that name. labels: only those with this text in their labels; null: all. */
int64_t live_value(const struct live *l, struct str name, struct str labels);

#endif
