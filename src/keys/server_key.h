/* SPDX-License-Identifier: Apache-2.0 */
/* server_key: the file of 32 random bytes from which all keys of the server are derived: HKDF-SHA-256 (RFC
 * 5869) with one label each, so that no key can replace another. Readers wipe it as soon as their own keys
 * are derived. */
#ifndef COUNTERSIGN_KEYS_SERVER_KEY_H
#define COUNTERSIGN_KEYS_SERVER_KEY_H

#include <stddef.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

enum { SERVER_KEY_BYTES = 32 };

/* ERR_IO, ERR_SYNTAX, ERR_DENIED (others may read it). The caller clears *key_out. */
enum errcode server_key_read(struct cx *cx, const char *key_file, struct secret *key_out) MUST_CHECK;

/* n: at most SECRET_MAX bytes. */
void server_key_derive(struct secret *server_key, struct str label, size_t n, struct secret *out);

#endif
