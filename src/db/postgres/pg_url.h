/* SPDX-License-Identifier: Apache-2.0 */
/* pg_url: a postgresql:// address as the parameters of a connection: checked, complete, and independent of
 * the environment. */
#ifndef COUNTERSIGN_DB_POSTGRES_PG_URL_H
#define COUNTERSIGN_DB_POSTGRES_PG_URL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"

enum { PG_PARAMETERS = 32 };

/* For PQconnectdbParams: ends with a NULL in both. */
struct pg_url {
    char *keys[PG_PARAMETERS], *values[PG_PARAMETERS];
    bool is_local; /* every host is a socket of this machine, or loopback */
};

/* Role and database must be named, and a password must not: passfile names a file for it. Only a writable
 * server is connected to. Beyond this machine TLS with a verified certificate is required (verify-full
 * unless the address says verify-ca). Parameters that are not listed in pg_url.c are refused. ERR_CONFIG
 * with words; *url_out then needs no clearing. */
enum errcode pg_url_read(struct cx *cx, struct str text, struct pg_url *url_out) MUST_CHECK;
void pg_url_clear(struct pg_url *url);
/* Whether every host is a socket in a folder, or the usual one. */
bool pg_url_is_sockets(const struct pg_url *url);
/* The value of a parameter; "" if it is not set. */
const char *pg_url_value(const struct pg_url *url, const char *key);

/* How many hosts are named; none is one, the socket's usual folder. */
size_t pg_url_hosts(const struct pg_url *url);
/* For PQconnectdbParams, with the keys of `url`: the values for the i-th of its hosts alone, in the arena. */
void pg_url_host(struct cx *cx, const struct pg_url *url, size_t i, const char *values_out[PG_PARAMETERS]);

/* Removes every variable that libpq would read from this process's environment, and its HOME: nothing is
 * read from there either. */
void pg_url_forget_environment(void);

#endif
