/* SPDX-License-Identifier: Apache-2.0 */
/* module: drivers that are files of their own, so that only a server that uses one needs its libraries. */
#ifndef COUNTERSIGN_DB_MODULE_H
#define COUNTERSIGN_DB_MODULE_H

#include "base/cx.h"
#include "base/err.h"
#include "db/db_driver.h"

/* Loads the driver for PostgreSQL from where it was installed, which is decided when the program is built;
 * it stays loaded. Before the confinement: later no code can be loaded. ERR_STORE when it is not there, or
 * belongs to another version. */
enum errcode module_postgres(struct cx *cx, const struct db_driver **driver_out) MUST_CHECK;

#endif
