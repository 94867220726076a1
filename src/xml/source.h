/* source: the bytes of a message as the text that the reader reads: charset by HTTP, byte order mark and XML
 * declaration, as .NET's StreamReader and XmlTextReader share that work (docs/contract.md, sections 3 and
 * 9). */
#ifndef COUNTERSIGN_XML_SOURCE_H
#define COUNTERSIGN_XML_SOURCE_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/str.h"

struct xml_source {
    struct str text;  /* UTF-8 without a byte order mark; may hold bytes that are none, which is an error when
                         the reader comes there */
    struct str fault; /* not null: the message of the exception that reading begins with */
    struct str encoding; /* of the text: encoding="..." of the XML declaration, or null. It was heeded here */
};

/* charset: the media type's parameter, null or empty for none. by_xml: without a charset that is known, the
 * rules of XML hold (application/ types); otherwise it is US-ASCII then. The text is a view of the bytes or
 * lives in the arena. */
struct xml_source xml_source(struct arena *a, struct str bytes, struct str charset, bool by_xml);

#endif
