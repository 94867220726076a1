/* face_form: the form binding behind the test form of a help page: POST of a form to .asmx/NAME, for
 * operations that have only a Result (contract/ct_form.h), from this machine alone (forwarded.h says what is
 * local), and in a browser from the server's own pages alone. ASP.NET asks for the latter nowhere: with it,
 * no page elsewhere can use the cookies of a browser that runs here. Errors have the messages of .NET,
 * without the stack. */
#ifndef COUNTERSIGN_FRONT_FACE_FORM_H
#define COUNTERSIGN_FRONT_FACE_FORM_H

#include <stdbool.h>

#include "front/pages.h"

struct connection;

enum { FACE_FORM_BODY_MAX = 64 * 1024 };

/* Whether the binding is open to this request; else it is one for pages. */
bool face_form_takes(const struct page_request *req);

/* See dispatch_request. */
bool face_form_request(struct connection *c, const struct page_request *req);

#endif
