/* SPDX-License-Identifier: Apache-2.0 */
/* renewal: notices that the certificates' files have changed, and brings them into use as SIGHUP does, but
 * nothing else of the configuration. Files that change while they are looked at are left for the next look;
 * those that cannot be used are logged once, and the old ones stay. */
#ifndef COUNTERSIGN_PROC_RENEWAL_H
#define COUNTERSIGN_PROC_RENEWAL_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/loop.h"

struct supervisor;

struct renewal {
    struct loop_timer timer;
    struct buf known; /* certificates_stamp when the files were last taken or refused */
    struct buf seen;  /* and at the last look */
    bool (*reload)(struct supervisor *s);
};

/* Not yet looking. reload: takes the files, or returns false while another reload is under way. */
void renewal_init(struct supervisor *s, bool (*reload)(struct supervisor *s));
void renewal_clear(struct supervisor *s);
/* The server serves: looks every tls.watch from now on. Again after a reload, which may have changed that. */
void renewal_begin(struct supervisor *s);
/* A reload is about to read the files. */
void renewal_note(struct supervisor *s);

#endif
