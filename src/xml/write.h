/* SPDX-License-Identifier: Apache-2.0 */
/* write: text as XML content, as .NET's XmlTextWriter writes it (docs/contract.md, section 4). */
#ifndef COUNTERSIGN_XML_WRITE_H
#define COUNTERSIGN_XML_WRITE_H

#include "base/buf.h"
#include "base/str.h"

/* "&", "<" and ">" become entities; TAB, CR and LF are unchanged; other control characters and U+FFFE,
 * U+FFFF become references (which is not well-formed, but what .NET does); invalid UTF-8 becomes U+FFFD;
 * everything else is unchanged. */
void xml_write_text(struct buf *out, struct str text);

#endif
