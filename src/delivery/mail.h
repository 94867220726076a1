/* SPDX-License-Identifier: Apache-2.0 */
/* mail: an alarm as a message of plain text (RFC 5322), for the operator's relay. It only builds the message:
 * delivery.c sends it. What comes from outside the configuration is printable ASCII in it, whatever it was,
 * so that no header can be added and no line ended. */
#ifndef COUNTERSIGN_DELIVERY_MAIL_H
#define COUNTERSIGN_DELIVERY_MAIL_H

#include "base/cx.h"
#include "delivery/http_out.h"
#include "delivery/letter.h"

/* Fills the post's body, in the arena; the caller sets URL and mail, whose addresses are those of the
 * configuration. The date is clock_wall. */
void mail_write(struct cx *cx, const struct http_out_mail *mail, const struct letter *letter,
                struct http_out_post *post);

#endif
