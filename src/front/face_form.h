/* SPDX-License-Identifier: Apache-2.0 */
/* face_form: the form binding behind the test form of a help page: a form POSTed to .asmx/NAME. It serves
 * only operations that have nothing but a Result (contract/ct_form.h), only callers on this machine
 * (forwarded.h defines local), and in a browser only the server's own pages. ASP.NET has no such last
 * check; here it keeps other sites from using the cookies of a browser on this machine. Errors have .NET's
 * messages, without the stack. */
#ifndef COUNTERSIGN_FRONT_FACE_FORM_H
#define COUNTERSIGN_FRONT_FACE_FORM_H

#include <stdbool.h>

#include "front/forwarded.h"
#include "pages/pages.h"

struct peer;

enum { FACE_FORM_BODY_MAX = 64 * 1024 };

/* Whether the binding is open to this request. If not, pages.h answers it. */
bool face_form_takes(const struct page_request *req);

/* See dispatch_request. */
bool face_form_request(struct peer *p, const struct forwarded *who, const struct page_request *req);

#endif
