/* bounds: whether a document keeps the bounds of xml.h, seen in one pass before it is parsed. For the reader
 * alone. */
#ifndef COUNTERSIGN_XML_BOUNDS_H
#define COUNTERSIGN_XML_BOUNDS_H

#include <stdbool.h>

#include "base/str.h"

/* Sees tags and attributes as a parser does where they are well-formed. Whatever is malformed the parser
 * refuses before it works on it. */
bool xml_is_within_bounds(struct str text);

#endif
