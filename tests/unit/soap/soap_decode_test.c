/* SPDX-License-Identifier: Apache-2.0 */
/* soap_decode_test: what becomes of a message, case by case; the names are those of docs/contract.md, of the
 * cases that no recording in the tree shows. */
#include "../unit.h"

#include "soap/soap.h"

#define NS "http://microsoft.com/webservices/"
#define OP "twoFactorCheckPushAuthStatus"
#define ACTION NS OP
#define NS11 "http://schemas.xmlsoap.org/soap/envelope/"
#define NS12 "http://www.w3.org/2003/05/soap-envelope"
#define ENVELOPE(ns, inside) "<s:Envelope xmlns:s=\"" ns "\">" inside "</s:Envelope>"
#define BODY(inside) "<s:Body>" inside "</s:Body>"
#define WRAP(inside) "<" OP " xmlns=\"" NS "\">" inside "</" OP ">"
#define ARGS "<sLoginToken>abc</sLoginToken><sPushToken>def</sPushToken>"
#define LOGIN(value) "<sLoginToken>" value "</sLoginToken>"
/* A whole message of either version. */
#define M11(inside) ENVELOPE(NS11, BODY(inside))
#define M12(inside) ENVELOPE(NS12, BODY(inside))
#define VALUE(value) M11(WRAP(LOGIN(value)))
#define HEADER(inside) "<s:Header>" inside "</s:Header>"

#define XML "text/xml; charset=utf-8"
#define SOAP "application/soap+xml; charset=utf-8"
#define SOAP_ACTION "application/soap+xml; charset=utf-8; action=\"" ACTION "\""
#define QUOTED "\"" ACTION "\""

#define NONE NULL /* the argument is null */
#define READ "Server was unable to read request. ---> Request format is invalid: Missing required "
#define PROCESS "Server was unable to process request. ---> "

struct message {
    const char *name;
    const char *content_type; /* NULL: none */
    const char *action;       /* SOAPAction; NULL: none */
    const char *body;
    int status; /* 0: the operation is called */
    enum soap_version version;
    const char *first;  /* sLoginToken, or the text of the fault */
    const char *second; /* sPushToken */
};

static const struct message messages[] = {
    {"a03", SOAP_ACTION, NULL, M12(WRAP(ARGS)), 0, SOAP_12, "abc", "def"},
    {"a07", SOAP_ACTION, "\"other\"", M12(WRAP(ARGS)), 0, SOAP_12, "abc", "def"},
    {"b01", XML, NULL, M11(WRAP(ARGS)), 0, SOAP_11, "abc", "def"},
    {"b03", XML, ACTION, M11(WRAP(ARGS)), 0, SOAP_11, "abc", "def"},
    {"b04", XML, "\"\"", M11(WRAP(ARGS)), 500, SOAP_11,
     "Server did not recognize the value of HTTP Header SOAPAction: .", NONE},
    {"b07", XML, "\"" OP "\"", M11(WRAP(ARGS)), 500, SOAP_11,
     "Server did not recognize the value of HTTP Header SOAPAction: " OP ".", NONE},
    {"b08", XML, "\"" ACTION, M11(WRAP(ARGS)), 500, SOAP_11,
     "Server did not recognize the value of HTTP Header SOAPAction: \"" ACTION ".", NONE},
    {"b10", XML, "\"" NS "twofactorcheckpushauthstatus\"", M11(WRAP(ARGS)), 500, SOAP_11,
     "Server did not recognize the value of HTTP Header SOAPAction: " NS "twofactorcheckpushauthstatus.",
     NONE},
    {"one quote", XML, "\"", M11(WRAP(ARGS)), 500, SOAP_11,
     PROCESS "Length cannot be less than zero.\r\nParameter name: length", NONE},
    {"an operation of the other face", XML, "\"" NS "device_fetch\"", M11(WRAP(ARGS)), 500, SOAP_11,
     "Server did not recognize the value of HTTP Header SOAPAction: " NS "device_fetch.", NONE},
    {"b12", XML, NULL, M12(WRAP(ARGS)), 0, SOAP_12, "abc", "def"},
    {"text/xml of SOAP 1.2", XML, QUOTED, M12(WRAP(ARGS)), 0, SOAP_12, "abc", "def"},
    {"b30", XML, NULL, M11("<other/>"), 500, SOAP_11,
     "Unable to handle request without a valid action parameter. Please supply a valid soap action.", NONE},
    {"no action, an envelope and an element of somebody else's", "application/soap+xml", NULL,
     ENVELOPE("urn:x", BODY("<other/>")), 500, SOAP_11,
     "Possible SOAP version mismatch: Envelope namespace urn:x was unexpected. Expecting " NS11 ".", NONE},
    {"g23", "application/soap+xml; action=\"urn:x\"", NULL, M11("<other/>"), 500, SOAP_11,
     "Unable to handle request. The action 'urn:x' was not recognized.", NONE},
    {"g03", XML, "\"http%3A%2F%2Fmicrosoft.com/webservices/" OP "\"", M11(WRAP(ARGS)), 0, SOAP_11, "abc",
     "def"},
    {"media type in capitals", "TEXT/XML; CHARSET=UTF-8", QUOTED, M11(WRAP(ARGS)), 0, SOAP_11, "abc", "def"},

    {"d03", XML, QUOTED, M11(WRAP("")), 0, SOAP_11, NONE, NONE},
    {"d10", XML, QUOTED,
     M11(WRAP("<sLoginToken xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" i:nil=\"true\"/>")), 0,
     SOAP_11, "", NONE},
    {"d11", XML, QUOTED,
     M11(WRAP("<sLoginToken xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" "
              "i:nil=\"true\">x</sLoginToken>")),
     0, SOAP_11, "x", NONE},
    {"d12", XML, QUOTED, M11(WRAP("<sLoginToken/><sPushToken></sPushToken>")), 0, SOAP_11, "", ""},
    {"d15", XML, QUOTED, M11("<x:" OP " xmlns:x=\"" NS "\">" ARGS "</x:" OP ">"), 0, SOAP_11, NONE, NONE},
    {"d17", XML, QUOTED, ENVELOPE(NS11, HEADER("")), 500, SOAP_11, READ "soap:Body element.", NONE},
    {"d17-soap12", SOAP, NULL, ENVELOPE(NS12, HEADER("")), 500, SOAP_12,
     PROCESS "Request format is invalid: Missing required soap:Body element.", NONE},
    {"d17b-soap12", SOAP_ACTION, NULL, ENVELOPE(NS12, HEADER("")), 500, SOAP_12, READ "soap:Body element.",
     NONE},
    {"d22", XML, QUOTED, M11("text"), 0, SOAP_11, NONE, NONE},
    {"d23", XML, QUOTED, M11(WRAP(ARGS) WRAP(LOGIN("2") "<sPushToken>3</sPushToken>")), 0, SOAP_11, "2", "3"},
    {"the second wrapper lacks one", XML, QUOTED, M11(WRAP(ARGS) WRAP(LOGIN("2"))), 0, SOAP_11, "2", "def"},
    {"g14", XML, QUOTED, M11("<other><" OP "/></other>" WRAP(ARGS)), 0, SOAP_11, "abc", "def"},
    {"behind an empty Body", XML, QUOTED, ENVELOPE(NS11, "<s:Body/>" WRAP(ARGS)), 0, SOAP_11, "abc", "def"},
    {"d25-soap12 within", SOAP, NULL, "<a", 500, SOAP_12,
     PROCESS "Data at the root level is invalid. Line 1, position 1.", NONE},
    {"d29", XML, QUOTED, M11(WRAP(ARGS)) "junk", 400, SOAP_11, NONE, NONE},
    {"d30", XML, QUOTED, M11(WRAP(ARGS)) "<x/>", 400, SOAP_11, NONE, NONE},
    {"one node further is a comment", XML, QUOTED, M11(WRAP(ARGS)) "<!-- c --><x/>", 0, SOAP_11, "abc",
     "def"},
    {"one node further is a blank", XML, QUOTED, M11(WRAP(ARGS)) "\n<x/>", 0, SOAP_11, "abc", "def"},
    {"d31", XML, QUOTED, " <?xml version=\"1.0\"?>" M11(WRAP(ARGS)), 400, SOAP_11, NONE, NONE},
    {"d31-soap12", SOAP, NULL, " <?xml version=\"1.0\"?>" M12(WRAP(ARGS)), 500, SOAP_12,
     PROCESS
     "Unexpected XML declaration. The XML declaration must be the first node in the document, and no white "
     "space characters are allowed to appear before it. Line 1, position 4.",
     NONE},
    {"d32-soap12", SOAP, NULL, "<!DOCTYPE x>" M12(WRAP(ARGS)), 500, SOAP_12,
     PROCESS "DTD is prohibited in this XML document.", NONE},
    {"d33", XML, QUOTED, "<!DOCTYPE x SYSTEM \"http://127.0.0.1/x\">" M11(WRAP(ARGS)), 400, SOAP_11, NONE,
     NONE},
    {"d34", XML, QUOTED, VALUE("&nbsp;"), 400, SOAP_11, NONE, NONE},
    {"d34-soap12", SOAP, NULL, M12(WRAP(LOGIN("&nbsp;"))), 400, SOAP_12, NONE, NONE},
    {"d37", XML, QUOTED, VALUE("&#1;"), 400, SOAP_11, NONE, NONE},
    {"d38", XML, QUOTED, VALUE("a<![CDATA[<&>]]>b"), 0, SOAP_11, "a<&>b", NONE},
    {"d39", XML, QUOTED, VALUE(" \t abc  "), 0, SOAP_11, " \t abc  ", NONE},
    {"d40", XML, QUOTED, VALUE("a\r\nb\rc\nd"), 0, SOAP_11, "a\nb\nc\nd", NONE},
    {"d41", XML, QUOTED, VALUE("a&#13;&#10;b"), 0, SOAP_11, "a\r\nb", NONE},
    {"d42", XML, QUOTED, VALUE("\n  \n"), 0, SOAP_11, "\n  \n", NONE},
    {"d45", XML, QUOTED, M11(WRAP(LOGIN("<b>x</b>") "<sPushToken>def</sPushToken>")), 0, SOAP_11, "x", NONE},
    {"d45, a second element", XML, QUOTED, VALUE("<b>x</b><c/>"), 0, SOAP_11, "x", NONE},
    {"d45, deeper", XML, QUOTED, VALUE("<b><c>x</c></b>"), 400, SOAP_11, NONE, NONE},
    {"d54", XML, QUOTED, M11("<" OP " xmlns=\"" NS "\" a=\"1\" a=\"2\"/>"), 400, SOAP_11, NONE, NONE},
    {"d59", XML, NULL, "<Envelope/>", 500, SOAP_11,
     "Possible SOAP version mismatch: Envelope namespace  was unexpected. Expecting " NS11 ".", NONE},
    {"d60", XML, QUOTED, ENVELOPE(NS11, "<x/>" BODY(WRAP(ARGS))), 500, SOAP_11, READ "soap:Body element.",
     NONE},
    {"text before Body", XML, QUOTED, ENVELOPE(NS11, "x" BODY(WRAP(ARGS))), 500, SOAP_11,
     READ "soap:Body element.", NONE},
    {"Body of the other version", XML, QUOTED,
     ENVELOPE(NS11, "<t:Body xmlns:t=\"" NS12 "\">" WRAP(ARGS) "</t:Body>"), 500, SOAP_11,
     READ "soap:Body element.", NONE},
    {"d65", XML, QUOTED,
     "<!-- a --><?b c?>" M11(
         "<!-- d -->" WRAP("<!-- e -->" LOGIN("abc") "<?f g?><sPushToken>def</sPushToken>")),
     0, SOAP_11, "abc", "def"},
    {"d67", XML, QUOTED, "<?xml version=\"1.1\"?>" M11(WRAP(ARGS)), 400, SOAP_11, NONE, NONE},
    {"d67-soap12", SOAP, NULL, "<?xml version=\"1.1\"?>" M12(WRAP(ARGS)), 500, SOAP_12,
     PROCESS "Version number '1.1' is invalid. Line 1, position 16.", NONE},
    {"d70", XML, QUOTED, M11("<q:" OP ">" ARGS "</q:" OP ">"), 400, SOAP_11, NONE, NONE},
    {"d70-soap12", SOAP, NULL, M12("<q:" OP ">" ARGS "</q:" OP ">"), 500, SOAP_12,
     PROCESS "'q' is an undeclared prefix. Line 1, position 72.", NONE},
    {"g07", XML, QUOTED, VALUE("a<!-- c -->b"), 400, SOAP_11, NONE, NONE},
    {"g08", XML, QUOTED, VALUE("<![CDATA[a]]><![CDATA[b]]>c"), 0, SOAP_11, "abc", NONE},
    {"g09", XML, QUOTED, VALUE("a<?p i?>b"), 400, SOAP_11, NONE, NONE},
    {"g12", XML, QUOTED, VALUE("<b/>"), 400, SOAP_11, NONE, NONE},
    {"U+FFFE", XML, QUOTED, VALUE("\xef\xbf\xbe"), 400, SOAP_11, NONE, NONE},
    {"]]>", XML, QUOTED, VALUE("a]]>b"), 400, SOAP_11, NONE, NONE},
    {"xml:space", XML, QUOTED, M11(WRAP("<sLoginToken xml:space=\"preserve\"> </sLoginToken>")), 0, SOAP_11,
     " ", NONE},

    {"d80", XML, QUOTED, ENVELOPE(NS11, HEADER("<h:A xmlns:h=\"urn:h\">x</h:A>") BODY(WRAP(ARGS))), 0,
     SOAP_11, "abc", "def"},
    {"d87", XML, QUOTED,
     ENVELOPE(NS11, HEADER("<a/><B s:mustUnderstand=\"1\"/><C s:mustUnderstand=\"1\"/>") BODY(WRAP(ARGS))),
     500, SOAP_11, "SOAP header B was not understood.", NONE},
    {"d85", SOAP, NULL,
     ENVELOPE(NS12, HEADER("<B s:mustUnderstand=\"true\" s:role=\"" NS12 "/role/none\"/>") BODY(WRAP(ARGS))),
     500, SOAP_12, "SOAP header B was not understood.", NONE},
    {"d89", XML, QUOTED, ENVELOPE(NS11, HEADER("<B s:mustUnderstand=\"false\"/>") BODY(WRAP(ARGS))), 0,
     SOAP_11, "abc", "def"},
    {"d8b", XML, QUOTED, ENVELOPE(NS11, HEADER("some text") BODY(WRAP(ARGS))), 0, SOAP_11, "abc", "def"},
    {"g16", XML, QUOTED,
     ENVELOPE(NS11, HEADER("<B t:mustUnderstand=\"1\" xmlns:t=\"" NS12 "\"/>") BODY(WRAP(ARGS))), 500,
     SOAP_11, "SOAP header B was not understood.", NONE},
    {"SOAP 1.1's attribute goes before", XML, QUOTED,
     ENVELOPE(NS11, HEADER("<B t:mustUnderstand=\"1\" s:mustUnderstand=\"0\" xmlns:t=\"" NS12 "\"/>")
                        BODY(WRAP(ARGS))),
     0, SOAP_11, "abc", "def"},
    {"without prefix in SOAP's own default namespace", XML, QUOTED,
     "<Envelope xmlns=\"" NS11
     "\"><Header><B mustUnderstand=\"1\"/></Header><Body>" WRAP(ARGS) "</Body></Envelope>",
     500, SOAP_11, "SOAP header B was not understood.", NONE},
    {"not understood, but first malformed", XML, QUOTED,
     ENVELOPE(NS11, HEADER("<B s:mustUnderstand=\"1\"/>") BODY(WRAP(ARGS) "<x>")), 400, SOAP_11, NONE, NONE},

    {"e16", "text/xml; charset='utf-8'", QUOTED, VALUE("h\xc3\xa9"), 0, SOAP_11, "h\xc3\xa9", NONE},
    {"charset before action", "application/soap+xml; charset=\"utf-8\" ; action = '" ACTION "'", NULL,
     M12(WRAP(LOGIN("h\xc3\xa9"))), 0, SOAP_12, "h\xc3\xa9", NONE},
    {"e11", "text/xml; charset=nosuch", QUOTED, VALUE("h\xc3\xa9"), 0, SOAP_11, "h??", NONE},
    {"e20", "text/xml; charset=iso-8859-1", QUOTED, VALUE("h\xe9"), 0, SOAP_11, "h\xc3\xa9", NONE},
    {"windows-1252", "text/xml; charset=Windows-1252", QUOTED, VALUE("\x80"), 0, SOAP_11, "\xe2\x82\xac",
     NONE},
    {"e18", XML, QUOTED, VALUE("h\xe9llo"), 0, SOAP_11, "h\xef\xbf\xbdllo", NONE},
    {"bad UTF-8, cut short", XML, QUOTED, VALUE("a\xe2\x82!"), 0, SOAP_11, "a\xef\xbf\xbd!", NONE},
    {"e31", "application/soap+xml", NULL,
     "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>" M12(WRAP(LOGIN("h\xe9"))), 0, SOAP_12, "h\xc3\xa9",
     NONE},
    {"e41", "application/soap+xml", NULL, "<?xml version=\"1.0\" encoding=\"nosuch\"?>" M12(WRAP(ARGS)), 500,
     SOAP_12,
     PROCESS
     "System does not support 'nosuch' encoding. Line 1, position 31. ---> 'nosuch' is not a supported "
     "encoding name. For information on defining a custom encoding, see the documentation for the "
     "Encoding.RegisterProvider method.\r\nParameter name: name",
     NONE},
    {"e41 with action", SOAP_ACTION, NULL, "<?xml version=\"1.0\" encoding=\"nosuch\"?>" M12(WRAP(ARGS)), 0,
     SOAP_12, "abc", "def"},
    {"two marks", XML, QUOTED, "\xef\xbb\xbf\xef\xbb\xbf" M11(WRAP(ARGS)), 400, SOAP_11, NONE, NONE},
};

/* The fault's text as it is written, "&", "<" and ">" as entities. */
static void
assert_has_text(struct buf *body, const char *text)
{
    struct buf escaped;
    buf_init(&escaped, 4096);
    buf_add_cstr(&escaped, ">");
    for (; *text != '\0'; text++) {
        if (*text == '>')
            buf_add_cstr(&escaped, "&gt;");
        else
            buf_add_byte(&escaped, (unsigned char)*text);
    }
    buf_add_cstr(&escaped, "<");
    if (str_find_str(buf_view(body), buf_view(&escaped)) == body->len)
        fail_msg("expected %.*s in %.*s", STR_ARG(buf_view(&escaped)), STR_ARG(buf_view(body)));
    buf_clear(&escaped);
}

static void
assert_argument(struct str got, const char *expected)
{
    if (expected == NULL)
        assert_null(got.p);
    else
        assert_str(got, expected);
}

static void
try_message(struct soap_reader *r, struct arena *a, const struct message *m)
{
    struct soap_request request = {str_from_cstr(m->content_type), str_from_cstr(m->action),
                                   str_from_cstr(m->body)};
    struct buf body;
    buf_init(&body, 65536);
    struct soap_response answer = {.body = &body};
    struct soap_message got;
    enum soap_outcome outcome = soap_decode(r, a, &request, &got, &answer);
    assert_int_equal(outcome == SOAP_CALL ? 0 : answer.status, m->status);
    assert_int_equal(got.version, m->version);
    if (outcome == SOAP_CALL) {
        const struct twoFactorCheckPushAuthStatus_in *in = got.in;
        assert_int_equal(got.op->id, CT_OP_twoFactorCheckPushAuthStatus);
        assert_argument(in->sLoginToken, m->first);
        assert_argument(in->sPushToken, m->second);
    } else {
        assert_str(answer.content_type,
                   m->version == SOAP_11 ? "text/xml; charset=utf-8" : "application/soap+xml; charset=utf-8");
        assert_str(answer.cache_control, "private");
        assert_int_equal(answer.is_fault, m->status == 500);
        if (m->status == 500)
            assert_has_text(&body, m->first);
        else
            assert_int_equal(body.len, 0);
    }
    buf_clear(&body);
}

static void
test_messages(void **state)
{
    (void)state;
    struct soap_reader *r = soap_reader_new();
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
        print_message("%s\n", messages[i].name);
        try_message(r, &a, &messages[i]);
        arena_reset(&a);
    }
    arena_clear(&a);
    soap_reader_free(&r);
}

/* Each operation of the service is found by its action and by its element, and none of the other face. */
static void
test_every_operation(void **state)
{
    (void)state;
    struct soap_reader *r = soap_reader_new();
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < CT_OP_COUNT_; i++) {
        struct str name = ct_ops[i].name;
        struct str action = arena_printf(&a, "\"" NS "%.*s\"", STR_ARG(name));
        struct str text = arena_printf(&a, M11("<%.*s xmlns=\"" NS "\"/>"), STR_ARG(name));
        for (int by_action = 0; by_action < 2; by_action++) {
            struct soap_request request = {STR_LIT(XML), by_action ? action : STR_NULL, text};
            struct buf body;
            buf_init(&body, 65536);
            struct soap_response answer = {.body = &body};
            struct soap_message got;
            bool is_soap = ct_ops[i].face == CT_FACE_SOAP;
            assert_int_equal(soap_decode(r, &a, &request, &got, &answer),
                             is_soap ? SOAP_CALL : SOAP_ANSWERED);
            if (is_soap)
                assert_ptr_equal(got.op, &ct_ops[i]);
            buf_clear(&body);
        }
    }
    arena_clear(&a);
    soap_reader_free(&r);
}

static void
test_no_reader(void **state)
{
    (void)state;
    struct soap_reader *none = NULL;
    soap_reader_free(&none);
    assert_null(none);
}

static void
test_too_long(void **state)
{
    (void)state;
    static const struct message heads[] = {
        {"f09", XML, QUOTED, "", 500, SOAP_11,
         "There was an exception running the extensions specified in the config file. ---> Maximum request "
         "length "
         "exceeded.",
         NONE},
        {"f17", SOAP, NULL, "", 500, SOAP_12, PROCESS "Object reference not set to an instance of an object.",
         NONE},
        {"f18", SOAP_ACTION, NULL, "", 500, SOAP_12,
         "There was an exception running the extensions specified in the config file. ---> Maximum request "
         "length "
         "exceeded.",
         NONE},
        {"wrong action", XML, "x", "", 500, SOAP_11,
         "Server did not recognize the value of HTTP Header SOAPAction: x.", NONE},
    };
    struct arena a;
    arena_init(&a);
    for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
        struct soap_request request = {str_from_cstr(heads[i].content_type), str_from_cstr(heads[i].action),
                                       STR_NULL};
        struct buf body;
        buf_init(&body, 65536);
        struct soap_response answer = {.body = &body};
        soap_refuse_long(&a, &request, &answer);
        assert_int_equal(answer.status, 500);
        assert_has_text(&body, heads[i].first);
        buf_clear(&body);
    }
    arena_clear(&a);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_messages),
                                       cmocka_unit_test(test_every_operation),
                                       cmocka_unit_test(test_too_long), cmocka_unit_test(test_no_reader)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
