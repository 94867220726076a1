/* SPDX-License-Identifier: Apache-2.0 */
/* ct_xml: the contract's structures as the elements of a SOAP body, as .NET's XmlSerializer reads and writes
 * them (docs/contract.md, sections 3 and 4). */
#ifndef COUNTERSIGN_CONTRACT_CT_XML_H
#define COUNTERSIGN_CONTRACT_CT_XML_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "contract/ct.h"
#include "xml/xml.h"

/* Reads the members of `value`, a struct of type `t` whose members are all strings, from the reader, which
 * is on the first content node of their parent; leaves it on the end tag, or where reading failed. A
 * missing member keeps its value; of a repeated one, only the first is read. ERR_SYNTAX where
 * XmlSerializer throws an XmlException; a failed reader is not an error here. */
enum errcode
ct_xml_get(struct xml_reader *r, struct arena *a, const struct ct_type *t, void *value) MUST_CHECK;

/* Appends the members of `value` as elements. ERR_RANGE, with a partial buf, when an enumeration value has
 * no name: *bad_out is its field. */
enum errcode ct_xml_put(struct buf *out, const struct ct_type *t, const void *value,
                        const struct ct_field **bad_out) MUST_CHECK;

#endif
