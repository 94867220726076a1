/* SPDX-License-Identifier: Apache-2.0 */
/* migrate: the versions of the schema (schema/NNNN.sql, embedded) and the steps from one to the next. The
 * version of a database is in its table meta. */
#ifndef COUNTERSIGN_DB_MIGRATE_H
#define COUNTERSIGN_DB_MIGRATE_H

#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"

/* The version that this program works with. */
int64_t migrate_latest(void);
/* The version of cx->db; 0 if it has no tables. *least_out: the oldest program that still works with it; the
 * version itself, unless the step to it says otherwise (migrate.c); may be NULL. */
enum errcode migrate_version(struct cx *cx, int64_t *version_out, int64_t *least_out) MUST_CHECK;
/* Applies all missing steps in one transaction, one program at a time: another waits and finds nothing to do.
 * Nothing to do, too, is where a newer database works with this program. ERR_STORE_SCHEMA where it does not.
 */
enum errcode migrate_up(struct cx *cx) MUST_CHECK;
/* The same within the open transaction (db_begin_untimed). */
enum errcode migrate_within(struct cx *cx) MUST_CHECK;
/* All steps, in a schema that is empty. */
enum errcode migrate_anew(struct cx *cx) MUST_CHECK;

#endif
