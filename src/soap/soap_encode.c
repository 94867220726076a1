/* SPDX-License-Identifier: Apache-2.0 */
/* soap_encode: results, and the fault of an operation that threw. */
#include "contract/ct_xml.h"
#include "soap/soap_response.h"
#include "soap/soap.h"

/* The message of a chain that ends with .NET's complaint about an enumeration value; it contains only
 * numbers. */
enum { BAD_ENUM_MAX = 256 };

static void
bad_enum(enum soap_version version, const struct ct_field *field, const void *out,
         struct soap_response *answer)
{
    struct buf text;
    buf_init(&text, BAD_ENUM_MAX);
    buf_addf(&text,
             "There was an error generating the XML document." SOAP_CAUSE
             "Instance validation error: '%d' is not a valid value for %s.",
             *(const int *)(const void *)((const unsigned char *)out + field->offset), field->en->type);
    soap_fault_server(version, buf_view(&text), answer);
    buf_clear(&text);
}

void
soap_encode(enum soap_version version, const struct ct_op *op, const void *out, struct soap_response *answer)
{
    struct buf *body = answer->body;
    size_t mark = body->len;
    const struct ct_field *bad;
    soap_response_ok(answer, version);
    buf_add_str(body, soap_response_prologue(version));
    buf_add_cstr(body, "<soap:Body><");
    buf_add_str(body, op->out.name);
    buf_add_cstr(body, " xmlns=\"" CT_NAMESPACE "\">");
    if (ct_xml_put(body, &op->out, out, &bad) != ERR_NONE) {
        buf_truncate(body, mark);
        bad_enum(version, bad, out, answer);
        return;
    }
    buf_add_cstr(body, "</");
    buf_add_str(body, op->out.name);
    buf_add_cstr(body, ">" SOAP_EPILOGUE);
}

void
soap_fault_server(enum soap_version version, struct str message, struct soap_response *answer)
{
    soap_response_fault(answer, version, SOAP_CODE_SERVER, SOAP_UNABLE_TO_PROCESS, message);
}
