/* SPDX-License-Identifier: Apache-2.0 */
/* backup: a consistent copy of the database, made while the server runs. The server's key is not part of it.
 *
 * Of either kind of database it is the same: an SQLite file with the same tables. So one restore serves both,
 * and a backup depends on no version of PostgreSQL's tools. */
#ifndef COUNTERSIGN_UPKEEP_BACKUP_H
#define COUNTERSIGN_UPKEEP_BACKUP_H

#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

struct backup {
    struct str path;
    int64_t patience;  /* of db_open */
    int64_t events;    /* of the audit log, which is verified in the copy */
    struct str digest; /* the root of its tree, in hexadecimal */
};

/* Makes the new file b->path, mode 0600; fills the rest. It is on the disk afterwards. On an error there is
 * no file: ERR_EXISTS, ERR_CRYPTO (the audit log was changed), ERR_STORE_FULL and others. */
enum errcode backup_make(struct cx *cx, struct backup *b) MUST_CHECK;

#endif
