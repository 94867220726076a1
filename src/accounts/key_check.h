/* SPDX-License-Identifier: Apache-2.0 */
/* key_check: verifies that the server's key belongs to this database. Another database's key would refuse
 * every right password, count it as a failure, and mix two keys in one database. */
#ifndef COUNTERSIGN_ACCOUNTS_KEY_CHECK_H
#define COUNTERSIGN_ACCOUNTS_KEY_CHECK_H

#include "base/cx.h"
#include "base/err.h"

/* With cx->env and cx->db set, outside of a transaction. The database stores a value derived from the key
 * under a label of its own (RFC 5869), which is useless for anything else. A database made by an earlier
 * version has none, and gets it now, unless a seed or a push in it was made with another key.
 *
 * ERR_STORE: the key does not match. key_file is for the message. */
enum errcode key_check(struct cx *cx, const char *key_file) MUST_CHECK;

#endif
