/* SPDX-License-Identifier: Apache-2.0 */
/* db_postgres: the driver for PostgreSQL, the one name that this module exports (db/module.h). */
#ifndef COUNTERSIGN_DB_POSTGRES_DB_POSTGRES_H
#define COUNTERSIGN_DB_POSTGRES_DB_POSTGRES_H

#include "db/db_driver.h"

extern const struct db_driver db_postgres;

#endif
