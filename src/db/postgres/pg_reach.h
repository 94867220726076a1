/* SPDX-License-Identifier: Apache-2.0 */
/* pg_reach: what a confined process needs to connect to that server again. */
#ifndef COUNTERSIGN_DB_POSTGRES_PG_REACH_H
#define COUNTERSIGN_DB_POSTGRES_PG_REACH_H

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "db/db.h"

/* As db_reach. */
enum errcode pg_reach(struct cx *cx, struct str place, struct db_reach *reach_out) MUST_CHECK;

#endif
