/* certificate: what an operator should know of the certificate that serves, in time: that it ends soon or has
 * ended, is not valid yet, or is for another name than server.public_url. */
#ifndef COUNTERSIGN_FRONT_CERTIFICATE_H
#define COUNTERSIGN_FRONT_CERTIFICATE_H

#include <stdint.h>

#include "base/buf.h"
#include "base/loop.h"
#include "base/str.h"
#include "http/tls.h"

/* How near the end is. A new stage is a new warning. */
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
    int64_t warned_at; /* clock_now of the last warning about the end */
    struct loop_timer look;
};

/* Of the time that is left. */
enum certificate_stage certificate_stage(int64_t left);

/* One sentence a line; nothing where all is well. now: clock_now. public_url may be empty: any name will do.
 */
void
certificate_describe(const struct tls_context *tls, struct str public_url, int64_t now, struct buf *lines);

struct front;
/* Of a front that has TLS: logs what there is to say now, and looks again every hour, to log a new stage, and
 * once a day that it has ended. Called again when another certificate was taken. */
void certificate_watch(struct front *f);

#endif
