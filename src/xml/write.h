/* write: text as XML content, the way .NET's XmlTextWriter writes it (docs/contract.md, section 4). */
#ifndef COUNTERSIGN_XML_WRITE_H
#define COUNTERSIGN_XML_WRITE_H

#include "base/buf.h"
#include "base/str.h"

/* "&", "<" and ">" as entities; TAB, CR and LF as they are; other control characters and U+FFFE, U+FFFF as
 * references (which is not well-formed, and what .NET does); bytes that are no UTF-8 as U+FFFD; all else as
 * it is. */
void xml_write_text(struct buf *out, struct str text);

#endif
