/* SPDX-License-Identifier: Apache-2.0 */
/* source: turns the bytes of a message into the text for the reader: charset from HTTP, byte order mark
 * and XML declaration, divided between StreamReader and XmlTextReader as in .NET (docs/contract.md,
 * sections 3 and 9). */
#ifndef COUNTERSIGN_XML_SOURCE_H
#define COUNTERSIGN_XML_SOURCE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

struct xml_source {
    struct str text;     /* UTF-8 without a byte order mark; may contain invalid bytes, which are an error
                          * when the reader reaches them */
    struct str fault;    /* not null: the message of the exception with which reading starts */
    struct str encoding; /* of the text: encoding="..." of the XML declaration, or null. Already applied
                          * here */
};

/* charset: the media type's parameter, null or empty: none. by_xml: without a known charset, the rules of
 * XML apply (application/ types); otherwise US-ASCII. The text is a view of the bytes, or in the arena. */
struct xml_source xml_source(struct arena *a, struct str bytes, struct str charset, bool by_xml);

#endif
