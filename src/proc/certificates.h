/* SPDX-License-Identifier: Apache-2.0 */
/* certificates: the certificate chains and keys, copied by the supervisor for the fronts.
 *
 * Once verified, the copies remain valid, whatever happens to the files. The kernel does the copying, so no
 * key is ever in this process's memory. What is in the files is the front's to judge. */
#ifndef COUNTERSIGN_PROC_CERTIFICATES_H
#define COUNTERSIGN_PROC_CERTIFICATES_H

#include <stddef.h>

#include "base/cx.h"
#include "base/err.h"
#include "config/config.h"
#include "proc/control.h"

enum { CERTIFICATES_MAX = 32, CERTIFICATE_NAME_MAX = 100 };

struct certificates {
    size_t n; /* 0: no TLS */
    struct {
        char name[CERTIFICATE_NAME_MAX + 16]; /* "tls.certificate" for the first, then "tls.folder/NAME" */
        int fds[2];                           /* the chain and the key, sealed */
    } pairs[CERTIFICATES_MAX];
};

/* The configured certificate, and those of the configured folder, in the order of their names. A folder in it
 * with neither file is not a certificate. ERR_CONFIG, with all problems, one per line: a file cannot be
 * opened, is not a regular file, or is larger than 1 MiB; a key is readable by others than its owner and a
 * group (0640, as Debian's ssl-cert); a file is missing; or there are too many. Nothing is left open then. */
enum errcode
certificates_open(struct cx *cx, const struct config *config, struct certificates *out) MUST_CHECK;
/* Which files there are now: text that is different after any of them was replaced or written, and the same
 * as long as they are untouched. Nothing without a certificate. Missing files are not an error. */
void certificates_stamp(struct cx *cx, const struct config *config, struct buf *out);
/* The most bytes of it. */
enum { CERTIFICATES_STAMP_MAX = 64 * 1024 };
/* Closes all, and leaves none. */
void certificates_close(struct certificates *c);
/* Gives all of them to *to, which must have none. */
void certificates_move(struct certificates *to, struct certificates *from);

/* The message that gives the i-th of them to a front; its descriptors stay ours. */
void certificates_message(const struct certificates *c, size_t i, struct control *m_out);

#endif
