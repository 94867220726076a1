/* SPDX-License-Identifier: Apache-2.0 */
/* store: an empty store for a test: SQLite's in memory, or, where tests/postgres/cluster.py runs the program,
 * a database of its server. */
#ifndef COUNTERSIGN_TESTS_UNIT_STORE_H
#define COUNTERSIGN_TESTS_UNIT_STORE_H

#include "base/cx.h"
#include "base/str.h"

/* Whether the program runs with a server. */
bool unit_store_is_remote(void);
/* Its address of that database: "" is the one that every server has. */
struct str unit_store_url(struct cx *cx, const char *database);
/* The address of a new store for db_open with DB_CREATE. `more`: added to CREATE DATABASE. */
struct str unit_store_new(struct cx *cx);
struct str unit_store_like(struct cx *cx, const char *more);

#endif
