/* SPDX-License-Identifier: Apache-2.0 */
/* bounds: checks a document against the limits of xml.h in one pass, before it is parsed. Private to the
 * reader. */
#ifndef COUNTERSIGN_XML_BOUNDS_H
#define COUNTERSIGN_XML_BOUNDS_H

#include <stdbool.h>

#include "base/str.h"

/* Finds tags and attributes as a parser does, as long as they are well-formed. Malformed input is refused
 * by the parser before any work is done on it. */
bool xml_is_within_bounds(struct str text);

#endif
