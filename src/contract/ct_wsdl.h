/* SPDX-License-Identifier: Apache-2.0 */
/* ct_wsdl: the service description (WSDL 1.1) and the discovery document of the SOAP face, generated from
 * the tables, as an .asmx endpoint writes them (docs/contract.md, sections 11 and 12): indented by two;
 * lines end with CR LF, except the last. */
#ifndef COUNTERSIGN_CONTRACT_CT_WSDL_H
#define COUNTERSIGN_CONTRACT_CT_WSDL_H

#include "base/buf.h"
#include "base/str.h"
#include "contract/ct.h"

/* address: scheme, host, port and path of the endpoint as requested by the client; must not contain
 * characters that XML escapes. only: describe just this operation; NULL: all of the SOAP face. */
void ct_wsdl_write(struct buf *out, struct str address, const struct ct_op *only);
/* The description of all operations, generated once: clients get copies. Heap. */
struct ct_wsdl {
    struct buf text;  /* with one placeholder byte for each address */
    size_t places[2]; /* the number of placeholders */
};
void ct_wsdl_init(struct ct_wsdl *w);
void ct_wsdl_clear(struct ct_wsdl *w);
/* Same as ct_wsdl_write with all operations. */
void ct_wsdl_fill(const struct ct_wsdl *w, struct str address, struct buf *out);
void ct_disco_write(struct buf *out, struct str address);

/* The name of a field's XSD type in the schema: "string" (the caller qualifies it), or a type of the
 * service. */
struct str ct_xsd_name(const struct ct_field *field);
/* Whether that type belongs to the service (tns:) rather than to XML Schema. */
bool ct_xsd_is_own(const struct ct_field *field);

#endif
