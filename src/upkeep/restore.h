/* SPDX-License-Identifier: Apache-2.0 */
/* restore: a backup (backup.h) becomes a database again, of either kind: all of it or nothing.
 *
 * A backup shows a state of the past: sessions, enrolment links, recovery codes, pushes and codes that were
 * open then may have been used or ended since. All of them are void afterwards (store/store_revival.h). */
#ifndef COUNTERSIGN_UPKEEP_RESTORE_H
#define COUNTERSIGN_UPKEEP_RESTORE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

struct restore {
    struct str backup;   /* the file, which is only read */
    struct str url;      /* the new database, as for db_open; there is none yet, or it is empty */
    struct str key_file; /* cx->env has its keys; where the database is not a file, room beside it is used */
    int64_t patience;    /* of db_open */
    uid_t user;          /* who owns a new file; (uid_t)-1: this process */
    gid_t group;
    /* Filled: */
    int64_t from_version;                         /* the backup's schema */
    int64_t events;                               /* in its audit log, which is verified */
    int64_t last_at;                              /* the time of the last of them; 0: there is none */
    struct str digest;                            /* of the root of its tree, in hexadecimal */
    int64_t rows;                                 /* in all tables */
    int64_t sessions, enrolments, recovery_codes; /* how many are void */
    int64_t operators;                            /* how many are disabled by it */
};

/* cx->db is NULL, before and after. ERR_EXISTS: there is a database already, or the remains of one;
 * ERR_CRYPTO: the backup's audit log was changed; ERR_STORE: it is damaged, or belongs to another key;
 * ERR_STORE_SCHEMA: it is newer than this program. On an error nothing was changed. */
enum errcode restore_run(struct cx *cx, struct restore *r) MUST_CHECK;

#endif
