/* SPDX-License-Identifier: Apache-2.0 */
/* soap_response: see soap_response.h. */
#include "soap/soap_response.h"

#include "xml/write.h"

#define DECLARATION "<?xml version=\"1.0\" encoding=\"utf-8\"?>"
#define ENVELOPE(ns)                                                       \
    DECLARATION "<soap:Envelope xmlns:soap=\"" ns "\""                     \
                " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"" \
                " xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">"

static const struct str prologues[] = {
    [SOAP_11] = STR(ENVELOPE(SOAP_NS_11)), [SOAP_12] = STR(ENVELOPE(SOAP_NS_12))};

static const struct str content_types[] = {
    [SOAP_11] = STR("text/xml; charset=utf-8"), [SOAP_12] = STR("application/soap+xml; charset=utf-8")};

static const struct str upgrade_header =
    STR("<soap:Header><soap12:Upgrade xmlns:soap12=\"" SOAP_NS_12 "\">"
        "<soap12:SupportedEnvelope qname=\"soap:Envelope\" xmlns:soap=\"" SOAP_NS_11 "\" />"
        "<soap12:SupportedEnvelope qname=\"soap12:Envelope\" xmlns:soap12=\"" SOAP_NS_12 "\" />"
        "</soap12:Upgrade></soap:Header>");

struct str
soap_response_prologue(enum soap_version version)
{
    return prologues[version];
}

static void
fill(struct soap_response *answer, enum soap_version version, int status)
{
    answer->status = status;
    answer->content_type = content_types[version];
    answer->cache_control = status == 200 ? STR_LIT("private, max-age=0") : STR_LIT("private");
    answer->is_fault = status == 500;
}

void
soap_response_ok(struct soap_response *answer, enum soap_version version)
{
    fill(answer, version, 200);
}

void
soap_response_empty(struct soap_response *answer, enum soap_version version, int status)
{
    fill(answer, version, status);
}

static void
put_fault_11(struct buf *out, enum soap_code code, const char *before, struct str text)
{
    static const char *const names[] = {"Client", "Server", "MustUnderstand", "VersionMismatch"};
    buf_add_cstr(out, "<soap:Fault><faultcode>soap:");
    buf_add_cstr(out, names[code]);
    buf_add_cstr(out, "</faultcode><faultstring>");
    xml_write_text(out, str_from_cstr(before));
    xml_write_text(out, text);
    buf_add_cstr(out, "</faultstring>");
    if (code != SOAP_CODE_MUST_UNDERSTAND)
        buf_add_cstr(out, "<detail />");
    buf_add_cstr(out, "</soap:Fault>");
}

static void
put_fault_12(struct buf *out, enum soap_code code, const char *before, struct str text)
{
    static const char *const names[] = {"Sender", "Receiver", "MustUnderstand", "VersionMismatch"};
    buf_add_cstr(out, "<soap:Fault><soap:Code><soap:Value>soap:");
    buf_add_cstr(out, names[code]);
    buf_add_cstr(out, "</soap:Value></soap:Code><soap:Reason><soap:Text xml:lang=\"en\">");
    xml_write_text(out, str_from_cstr(before));
    xml_write_text(out, text);
    buf_add_cstr(out, "</soap:Text></soap:Reason>");
    if (code != SOAP_CODE_MUST_UNDERSTAND)
        buf_add_cstr(out, "<soap:Detail />");
    buf_add_cstr(out, "</soap:Fault>");
}

void
soap_response_fault(struct soap_response *answer, enum soap_version version, enum soap_code code,
                    const char *before, struct str text)
{
    fill(answer, version, 500);
    struct buf *out = answer->body;
    buf_add_str(out, prologues[version]);
    if (code == SOAP_CODE_VERSION_MISMATCH)
        buf_add_str(out, upgrade_header);
    buf_add_cstr(out, "<soap:Body>");
    if (version == SOAP_11)
        put_fault_11(out, code, before, text);
    else
        put_fault_12(out, code, before, text);
    buf_add_cstr(out, SOAP_EPILOGUE);
}
