/* SPDX-License-Identifier: Apache-2.0 */
/* audit_mac: shows of an event without a number that a server with this key wrote it, whole, in the
 * transaction of its change. The sealer numbers and signs no other: otherwise a program that can write to
 * the database, without the key, could have an event signed that never happened. It is stored as the row's
 * digest, whose place the hash of its leaf takes. */
#ifndef COUNTERSIGN_ACCOUNTS_AUDIT_MAC_H
#define COUNTERSIGN_ACCOUNTS_AUDIT_MAC_H

#include <stdbool.h>

#include "base/cx.h"
#include "store/store_audit.h"

/* HMAC-SHA-256 under env->event over everything but seq and digest. */
struct digest audit_mac(const struct cx *cx, const struct audit_row *row);
bool audit_mac_holds(const struct cx *cx, const struct audit_row *row);

#endif
