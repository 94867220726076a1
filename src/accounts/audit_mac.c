/* SPDX-License-Identifier: Apache-2.0 */
/* audit_mac: see audit_mac.h. */
#include "accounts/audit_mac.h"

#include "base/buf.h"
#include "base/secret.h"
#include "crypto/fields.h"
#include "crypto/hash.h"
#include "keys/env.h"

enum { NUMBERS = 4, TEXTS = 4 };

struct digest
audit_mac(const struct cx *cx, const struct audit_row *row)
{
    const struct secret *key = &cx->env->event;
    struct buf message;
    buf_init(&message, (size_t)NUMBERS * (FIELDS_LENGTH + FIELDS_NUMBER) + (size_t)TEXTS * FIELDS_LENGTH +
                           row->event.n + row->actor.n + row->source.n + row->detail.n);
    fields_put_number(&message, row->at);
    fields_put_number(&message, row->id);
    fields_put_number(&message, row->company_id);
    fields_put_number(&message, row->technician_id);
    fields_put(&message, row->event);
    fields_put(&message, row->actor);
    fields_put(&message, row->source);
    fields_put(&message, row->detail);
    ASSERT(!buf_is_over(&message));
    struct digest mac = hmac_sha256((struct str){(const char *)key->bytes, key->n}, buf_view(&message));
    buf_clear(&message);
    return mac;
}

bool
audit_mac_holds(const struct cx *cx, const struct audit_row *row)
{
    const struct digest mac = audit_mac(cx, row);
    return secret_equal(mac.bytes, row->digest.bytes, sizeof mac.bytes);
}
