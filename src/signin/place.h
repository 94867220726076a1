/* SPDX-License-Identifier: Apache-2.0 */
/* place: where a sign-in comes from, compared with the account's own past sign-ins. A hint for the person who
 * is asked on the phone: it is shown, and neither signed nor decided by. */
#ifndef COUNTERSIGN_SIGNIN_PLACE_H
#define COUNTERSIGN_SIGNIN_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

/* The sign-ins that are looked at, the newest. */
enum { PLACES_READ = 50 };

struct place {
    bool has_past;   /* there are sign-ins to compare with */
    int64_t seen_at; /* of the newest from the same network (inet_source); 0: none */
};
/* Counts what a second factor has proved: a password alone is what a stranger may have. */
enum errcode
place_look(struct cx *cx, int64_t technician_id, struct str source, struct place *place_out) MUST_CHECK;

#endif
