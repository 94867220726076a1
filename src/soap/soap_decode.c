/* SPDX-License-Identifier: Apache-2.0 */
/* soap_decode: routing and reading, in the same order as .NET: that order decides which of several faults
 * a bad message gets (docs/contract.md, section 2). The functions below follow those of
 * SoapServerProtocol, whose names are given beside them. */
#include <stdlib.h>

#include "contract/ct_xml.h"
#include "soap/soap_response.h"
#include "soap/media.h"
#include "soap/soap.h"
#include "xml/source.h"
#include "xml/xml.h"

struct soap_reader {
    struct xml_reader *xml;
};

/* One message being processed. */
struct decode {
    struct xml_reader *xml;
    struct arena *arena;
    const struct soap_request *request;
    struct soap_message *message; /* its version is a guess at first, later the envelope's */
    struct soap_response *answer;
    struct str not_understood; /* name of the first such header, or null */
};

static const struct str envelope_ns[] = {[SOAP_11] = STR(SOAP_NS_11), [SOAP_12] = STR(SOAP_NS_12)};
static const struct str must_understand = STR("mustUnderstand");
static const struct str missing_envelope =
    STR("Request format is invalid: Missing required soap:Envelope element.");
static const struct str missing_body = STR("Request format is invalid: Missing required soap:Body element.");

struct soap_reader *
soap_reader_new(void)
{
    struct soap_reader *r = err_zalloc(1, sizeof *r);
    r->xml = xml_reader_new();
    return r;
}

void
soap_reader_free(struct soap_reader **r)
{
    if (*r == NULL)
        return;
    xml_reader_free(&(*r)->xml);
    free(*r);
    *r = NULL;
}

static enum soap_outcome
fault(struct decode *d, enum soap_code code, const char *before, struct str text)
{
    soap_response_fault(d->answer, d->message->version, code, before, text);
    return SOAP_ANSWERED;
}

static enum soap_outcome
bad_request(struct decode *d)
{
    soap_response_empty(d->answer, d->message->version, 400);
    return SOAP_ANSWERED;
}

static enum soap_outcome
bad_media_type(struct decode *d)
{
    soap_response_empty(d->answer, d->message->version, 415);
    return SOAP_ANSWERED;
}

/* F5, always as SOAP 1.1. */
static enum soap_outcome
version_mismatch(struct decode *d, struct str ns)
{
    d->message->version = SOAP_11;
    struct str text = arena_printf(
        d->arena,
        "Possible SOAP version mismatch: Envelope namespace %.*s was unexpected. Expecting " SOAP_NS_11 ".",
        STR_ARG(ns));
    return fault(d, SOAP_CODE_VERSION_MISMATCH, "", text);
}

/* The SOAP version of an envelope's namespace (GetHelper); false: not a SOAP namespace. */
static bool
find_version(struct str ns, enum soap_version *version_out)
{
    for (int i = SOAP_11; i <= SOAP_12; i++) {
        if (str_eq(ns, envelope_ns[i])) {
            *version_out = (enum soap_version)i;
            return true;
        }
    }
    return false;
}

static const struct ct_op *
op_of_action(struct str action)
{
    struct str ns = STR(CT_NAMESPACE);
    return str_starts(action, ns) ? ct_op_find(str_sub(action, ns.n, SIZE_MAX), CT_FACE_SOAP) : NULL;
}

static enum soap_version
guess_version(const struct soap_request *request)
{
    bool is_12 =
        str_is_null(request->soap_action) || media_is(request->content_type, STR_LIT("application/soap+xml"));
    return is_12 ? SOAP_12 : SOAP_11;
}

/* Soap11ServerProtocolHelper.RouteRequest: by SOAPAction only. */
static enum soap_outcome
route_11(struct decode *d)
{
    struct str action = d->request->soap_action;
    struct str quote = STR("\"");
    if (str_eq(action, quote))
        return fault(d, SOAP_CODE_SERVER, SOAP_UNABLE_TO_PROCESS,
                     STR_LIT("Length cannot be less than zero.\r\nParameter name: length"));
    if (str_starts(action, quote) && str_ends(action, quote))
        action = str_sub(action, 1, action.n - 2);
    action = media_url_decode(d->arena, action);
    d->message->op = op_of_action(action);
    if (d->message->op != NULL)
        return SOAP_CALL;
    struct str text = arena_printf(d->arena, "%.*s.", STR_ARG(action));
    return fault(d, SOAP_CODE_CLIENT, "Server did not recognize the value of HTTP Header SOAPAction: ", text);
}

/* The decoded action parameter; null or empty: none. */
static struct str
action_parameter(struct decode *d)
{
    struct str action = media_parameter(d->request->content_type, STR_LIT("action"));
    return str_is_empty(action) ? action : media_url_decode(d->arena, action);
}

/* F4; but F5 if the envelope has an unknown version, otherwise in the envelope's version. */
static enum soap_outcome
routing_failed(struct decode *d, struct str ns, struct str cause)
{
    if (!str_is_null(ns) && !find_version(ns, &d->message->version))
        return version_mismatch(d, ns);
    return fault(d, SOAP_CODE_SERVER, SOAP_UNABLE_TO_PROCESS, cause);
}

/* GetRequestElement: reads up to the first child of Body and leaves the reader there. *cause_out is the
 * error. */
static bool
find_request_element(struct decode *d, struct str *ns_out, struct str *cause_out)
{
    struct xml_reader *xml = d->xml;
    xml_read(xml);
    const struct xml_node *n = xml_to_content(xml);
    if (n->kind == XML_FAIL) {
        *cause_out = xml_error_text(xml, d->arena);
        return false;
    }
    *ns_out = arena_str(d->arena, n->ns);
    if (!xml_is_element(n, STR_LIT("Envelope"), *ns_out)) {
        *cause_out = missing_envelope;
        return false;
    }
    if (n->is_empty) {
        *cause_out = missing_body;
        return false;
    }
    xml_read(xml);
    n = xml_to_content(xml);
    while (n->kind != XML_EOF && n->kind != XML_FAIL && !xml_is_element(n, STR_LIT("Body"), *ns_out)) {
        xml_skip(xml);
        n = xml_to_content(xml);
    }
    if (n->kind == XML_ELEMENT && !n->is_empty) {
        xml_read(xml);
        n = xml_to_content(xml);
    }
    if (n->kind == XML_FAIL || n->kind == XML_EOF) {
        *cause_out = n->kind == XML_EOF ? missing_body : xml_error_text(xml, d->arena);
        return false;
    }
    return true;
}

/* Soap12ServerProtocolHelper.RouteRequest: by the action parameter, or by the element in Body. */
static enum soap_outcome
route_12(struct decode *d)
{
    struct str action = action_parameter(d);
    d->message->op = str_is_empty(action) ? NULL : op_of_action(action);
    if (d->message->op != NULL)
        return SOAP_CALL;
    struct str ns = STR_NULL;
    struct str cause = STR_NULL;
    if (!find_request_element(d, &ns, &cause))
        return routing_failed(d, ns, cause);
    const struct xml_node *n = xml_node(d->xml);
    if (n->kind == XML_ELEMENT && str_eq(n->ns, STR_LIT(CT_NAMESPACE)))
        d->message->op = ct_op_find(n->local, CT_FACE_SOAP);
    if (d->message->op != NULL)
        return SOAP_CALL;
    if (!find_version(ns, &d->message->version))
        return version_mismatch(d, ns);
    if (str_is_empty(action))
        return fault(
            d, SOAP_CODE_CLIENT, "",
            STR_LIT("Unable to handle request without a valid action parameter. Please supply a valid "
                    "soap action."));
    return fault(d, SOAP_CODE_CLIENT, "",
                 arena_printf(d->arena, "Unable to handle request. The action '%.*s' was not recognized.",
                              STR_ARG(action)));
}

/* SoapUnknownHeader.MustUnderstand: the attribute of SOAP 1.1, otherwise that of 1.2; it may have no
 * prefix in a header block whose default namespace is SOAP's. */
static bool
must_be_understood(const struct xml_node *header)
{
    for (int version = SOAP_11; version <= SOAP_12; version++) {
        bool is_bare = !header->has_prefix && str_eq(header->ns, envelope_ns[version]);
        struct str wanted = is_bare ? STR_LIT("") : envelope_ns[version];
        for (size_t i = 0; i < header->n_attributes; i++) {
            const struct xml_attribute *attribute = &header->attributes[i];
            if (str_eq(attribute->ns, wanted))
                return str_eq(attribute->value, STR_LIT("1")) || str_eq(attribute->value, STR_LIT("true"));
        }
    }
    return false;
}

static bool
is_at_end(const struct xml_node *n)
{
    return n->kind == XML_END || n->kind == XML_EOF || n->kind == XML_FAIL;
}

/* SoapHeaderHandling.ReadHeaders, for operations without known headers: the reader is on the first content
 * of Envelope, and moves behind Header, if that is one. */
static void
read_headers(struct decode *d)
{
    struct xml_reader *xml = d->xml;
    const struct xml_node *n = xml_node(xml);
    if (!xml_is_element(n, STR_LIT("Header"), envelope_ns[d->message->version]))
        return;
    if (n->is_empty) {
        xml_skip(xml);
        return;
    }
    xml_read(xml);
    for (n = xml_to_content(xml); !is_at_end(n); n = xml_to_content(xml)) {
        if (n->n_attributes > 0 && str_is_null(d->not_understood) && must_be_understood(n))
            d->not_understood = arena_str(d->arena, n->local);
        xml_skip(xml);
    }
    xml_read(xml);
}

/* What XmlSerializer generates for the members of a wrapper: every element in Body is examined, and of
 * several wrappers the last one overwrites. */
static enum errcode
read_parameters(struct decode *d)
{
    struct xml_reader *xml = d->xml;
    const struct ct_type *in = &d->message->op->in;
    d->message->in = arena_zalloc(d->arena, in->size);
    for (const struct xml_node *n = xml_to_content(xml); !is_at_end(n); n = xml_to_content(xml)) {
        if (n->is_empty || !xml_is_element(n, in->name, STR_LIT(CT_NAMESPACE))) {
            xml_skip(xml);
            continue;
        }
        xml_read(xml);
        xml_to_content(xml);
        enum errcode err = ct_xml_get(xml, d->arena, in, d->message->in);
        if (err != ERR_NONE)
            return err;
        xml_read(xml);
    }
    return ERR_NONE;
}

/* The rest of ReadParameters, from Envelope's start tag on. */
static enum soap_outcome
read_envelope(struct decode *d)
{
    struct xml_reader *xml = d->xml;
    struct str ns = envelope_ns[d->message->version];
    const struct xml_node *n = xml_node(xml);
    if (!xml_is_element(n, STR_LIT("Envelope"), ns))
        return fault(d, SOAP_CODE_CLIENT, SOAP_UNABLE_TO_READ, missing_envelope);
    if (n->is_empty)
        return fault(d, SOAP_CODE_CLIENT, SOAP_UNABLE_TO_READ, missing_body);
    xml_read(xml);
    xml_to_content(xml);
    read_headers(d);
    n = xml_to_content(xml);
    if (n->kind == XML_FAIL)
        return bad_request(d);
    if (!xml_is_element(n, STR_LIT("Body"), ns))
        return fault(d, SOAP_CODE_CLIENT, SOAP_UNABLE_TO_READ, missing_body);
    xml_read(xml);
    if (read_parameters(d) != ERR_NONE)
        return bad_request(d);
    /* To the end of Envelope and one node further, but not beyond: what follows was never read. */
    n = xml_node(xml);
    while (n->kind != XML_FAIL && n->depth > 0)
        n = xml_read(xml);
    if (n->kind == XML_END)
        n = xml_read(xml);
    return n->kind == XML_FAIL ? bad_request(d) : SOAP_CALL;
}

static enum soap_outcome
read_message(struct decode *d)
{
    struct str content_type = d->request->content_type;
    bool is_text_xml = media_is(content_type, STR_LIT("text/xml"));
    if (!is_text_xml && !media_is(content_type, STR_LIT("application/soap+xml")))
        return bad_media_type(d);
    xml_rewind(d->xml);
    xml_read(d->xml);
    const struct xml_node *root = xml_to_content(d->xml);
    if (root->kind == XML_FAIL)
        return bad_request(d);
    if (!find_version(root->ns, &d->message->version))
        return version_mismatch(d, arena_str(d->arena, root->ns));
    if (d->message->version == SOAP_11 && !is_text_xml)
        return bad_media_type(d);
    enum soap_outcome outcome = read_envelope(d);
    if (outcome == SOAP_CALL && !str_is_null(d->not_understood))
        return fault(
            d, SOAP_CODE_MUST_UNDERSTAND, "",
            arena_printf(d->arena, "SOAP header %.*s was not understood.", STR_ARG(d->not_understood)));
    return outcome;
}

enum soap_outcome
soap_decode(struct soap_reader *r, struct arena *a, const struct soap_request *request,
            struct soap_message *message_out, struct soap_response *answer)
{
    *message_out = (struct soap_message){.version = guess_version(request)};
    struct decode d = {
        .xml = r->xml, .arena = a, .request = request, .message = message_out, .answer = answer};
    struct str charset = media_parameter(request->content_type, STR_LIT("charset"));
    struct xml_source source =
        xml_source(a, request->body, charset, media_is_application(request->content_type));
    xml_open(d.xml, &source, must_understand);
    enum soap_outcome outcome = message_out->version == SOAP_11 ? route_11(&d) : route_12(&d);
    if (outcome == SOAP_CALL)
        outcome = read_message(&d);
    xml_close(r->xml);
    return outcome;
}

void
soap_refuse_long(struct arena *a, const struct soap_request *request, struct soap_response *answer)
{
    struct soap_message message = {.version = guess_version(request)};
    struct decode d = {.arena = a, .request = request, .message = &message, .answer = answer};
    if (message.version == SOAP_11) {
        if (route_11(&d) == SOAP_ANSWERED)
            return;
    } else if (op_of_action(action_parameter(&d)) == NULL) {
        /* Routing continues to the body, which was never made available. */
        fault(&d, SOAP_CODE_SERVER, SOAP_UNABLE_TO_PROCESS,
              STR_LIT("Object reference not set to an instance of an object."));
        return;
    }
    fault(&d, SOAP_CODE_SERVER,
          "There was an exception running the extensions specified in the config file." SOAP_CAUSE,
          STR_LIT("Maximum request length exceeded."));
}
