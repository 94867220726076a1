/* SPDX-License-Identifier: Apache-2.0 */
/* media: the Content-Type and SOAPAction fields as ASP.NET reads them, which covers less than RFC 9110. */
#ifndef COUNTERSIGN_SOAP_MEDIA_H
#define COUNTERSIGN_SOAP_MEDIA_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

/* Whether the text before the first ";", including blanks, is this media type, ignoring case. */
bool media_is(struct str content_type, struct str type);
/* Whether it is application/ANYTHING. */
bool media_is_application(struct str content_type);
/* The value of the first parameter with that name (ignoring case), without surrounding blanks, tabs and
 * quotes of either kind; null if there is none. */
struct str media_parameter(struct str content_type, struct str name);

/* HttpUtility.UrlDecode: "+" becomes a blank, %XX and %uXXXX become characters, anything else is kept. The
 * result is valid UTF-8, a view or in the arena. */
struct str media_url_decode(struct arena *a, struct str s);

#endif
