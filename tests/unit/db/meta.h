/* SPDX-License-Identifier: Apache-2.0 */
/* meta: rows of the one table that every database has, for the tests of the db room. */
#ifndef COUNTERSIGN_TESTS_UNIT_DB_META_H
#define COUNTERSIGN_TESTS_UNIT_DB_META_H

#include <stdint.h>

#include "base/cx.h"
#include "base/err.h"

/* A row with that name and the value 0. */
enum errcode meta_put(struct cx *cx, const char *name) MUST_CHECK;
/* How many there are beside the schema's version. */
int64_t meta_count(struct cx *cx);
/* The first column of the first row; -1: there is none. */
int64_t read_one(struct cx *cx, const char *sql);

#endif
