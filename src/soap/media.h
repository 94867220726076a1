/* media: the Content-Type and SOAPAction fields as ASP.NET reads them, which is less than what RFC 9110 has.
 */
#ifndef COUNTERSIGN_SOAP_MEDIA_H
#define COUNTERSIGN_SOAP_MEDIA_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

/* Whether the text before the first ";", blanks and all, is this media type, in any letter case. */
bool media_is(struct str content_type, struct str type);
/* Whether it is application/ANYTHING. */
bool media_is_application(struct str content_type);
/* The value of the first parameter whose name begins so (any letter case), without the blanks, tabs and
 * quotes of either kind around it; null when there is none. */
struct str media_parameter(struct str content_type, struct str name);

/* HttpUtility.UrlDecode: "+" is a blank, %XX and %uXXXX are characters, anything else stays. The result is
 * valid UTF-8, in the arena or a view. */
struct str media_url_decode(struct arena *a, struct str s);

#endif
