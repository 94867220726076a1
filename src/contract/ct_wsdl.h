/* ct_wsdl: the service description (WSDL 1.1) and the discovery document of the SOAP face, made from the
 * tables, as an .asmx endpoint writes them (docs/contract.md, sections 11 and 12): indented by two, lines
 * end with CR LF, none after the last. */
#ifndef COUNTERSIGN_CONTRACT_CT_WSDL_H
#define COUNTERSIGN_CONTRACT_CT_WSDL_H

#include "base/buf.h"
#include "base/str.h"
#include "contract/ct.h"

/* address: scheme, host, port and path of the endpoint as the client asked for it; it must hold no character
 * that XML escapes. only: describe this operation alone; NULL: all of the SOAP face. */
void ct_wsdl_write(struct buf *out, struct str address, const struct ct_op *only);
/* The description of all operations, made once: what is written for each client are copies. Heap. */
struct ct_wsdl {
    struct buf text;  /* with one byte in place of each address */
    size_t places[2]; /* of those bytes */
};
void ct_wsdl_init(struct ct_wsdl *w);
void ct_wsdl_clear(struct ct_wsdl *w);
/* As ct_wsdl_write with all operations. */
void ct_wsdl_fill(const struct ct_wsdl *w, struct str address, struct buf *out);
void ct_disco_write(struct buf *out, struct str address);

/* The name of a field's XSD type as the schema has it: "string" (qualified by the caller), or of a type of
 * the service. */
struct str ct_xsd_name(const struct ct_field *field);
/* Whether that type is the service's own (tns:) and not XML Schema's. */
bool ct_xsd_is_own(const struct ct_field *field);

#endif
