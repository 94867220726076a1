/* SPDX-License-Identifier: Apache-2.0 */
/* webhook: the operator's own channel: each new challenge as one signed POST. docs/webhook.md.
 *
 *     POST (webhook.url)
 *     Content-Type: application/json
 *     X-Countersign-Timestamp: 1795447814
 *     X-Countersign-Signature: sha256=HEX
 *
 *     {"id":"Yd3k...","event":"challenge"}
 *
 * HEX is HMAC-SHA-256 (RFC 2104) under the key of webhook.secret_file over TIMESTAMP "." BODY. The id is
 * opaque: it identifies no person. It only builds requests, and opens nothing but the key's file. */
#ifndef COUNTERSIGN_DELIVERY_WEBHOOK_H
#define COUNTERSIGN_DELIVERY_WEBHOOK_H

#include "base/cx.h"
#include "base/err.h"
#include "base/str.h"
#include "delivery/http_out.h"
#include "delivery/letter.h"

/* Reads the key: 16 bytes to 1 KiB, not counting a final line end, from a file that others may not read.
 * setting: its name, for messages. *key_out is in the arena. ERR_IO, ERR_LIMIT, ERR_DENIED; ERR_SYNTAX: a
 * byte order mark. */
enum errcode
webhook_read_key(struct cx *cx, const char *setting, const char *path, struct str *key_out) MUST_CHECK;
/* The same for any secret of that many bytes at least. */
enum { WEBHOOK_KEY_MIN = 16 };
enum errcode webhook_read_secret(struct cx *cx, const char *setting, const char *path, size_t least,
                                 struct str *secret_out) MUST_CHECK;

/* Fills the post's headers and body, in the arena; the caller sets the URL. id: base64url. The timestamp
 * is clock_wall. */
void webhook_write(struct cx *cx, struct str key, struct str id, struct http_out_post *post);
/* The same for an alarm, whose id is that of the alarm: docs/webhook.md, "Alarms". */
void
webhook_write_alarm(struct cx *cx, struct str key, const struct letter *letter, struct http_out_post *post);

#endif
