/* SPDX-License-Identifier: Apache-2.0 */
/* xml_events: see xml_events.h. */
#include "xml/xml_events.h"

#include <string.h>

#define XML_NAMESPACE_SPACE "http://www.w3.org/XML/1998/namespace\x01space"

static void
unset_handlers(XML_Parser p)
{
    XML_SetElementHandler(p, NULL, NULL);
    XML_SetCharacterDataHandler(p, NULL);
    XML_SetStartCdataSectionHandler(p, NULL);
    XML_SetCommentHandler(p, NULL);
    XML_SetProcessingInstructionHandler(p, NULL);
    XML_SetStartDoctypeDeclHandler(p, NULL);
    XML_SetXmlDeclHandler(p, NULL);
}

/* The first problem counts. Expat may make a few more calls after it was asked to stop: nothing would take
 * them. */
static void
fail(struct xml_reader *r, enum xml_problem_kind kind)
{
    if (r->problem.kind != XML_PROBLEM_NONE)
        return;
    r->problem.kind = kind;
    r->problem.offset = (size_t)XML_GetCurrentByteIndex(r->parser);
    r->is_stopping = true;
    unset_handlers(r->parser);
    (void)XML_StopParser(r->parser, XML_FALSE);
}

bool
xml_has_failed(const struct xml_reader *r)
{
    return r->problem.kind != XML_PROBLEM_NONE;
}

struct xml_node *
xml_add(struct xml_reader *r, enum xml_kind kind)
{
    ASSERT(r->n < XML_BATCH + XML_BATCH_LATE);
    struct xml_node *node = &r->nodes[r->n++];
    *node = (struct xml_node){.kind = kind, .depth = r->depth};
    return node;
}

/* After each node: stops when the batch is full. */
static void
stop_when_full(struct xml_reader *r)
{
    if (r->is_stopping || (r->n < XML_BATCH && r->scratch_n < XML_SCRATCH - 2 * XML_SCRATCH_ELEMENT))
        return;
    r->is_stopping = true;
    (void)XML_StopParser(r->parser, XML_TRUE);
}

static void
add_plain(struct xml_reader *r, enum xml_kind kind)
{
    xml_add(r, kind);
    stop_when_full(r);
}

static struct str
keep_bytes(struct xml_reader *r, const char *p, size_t n)
{
    ASSERT(n <= XML_SCRATCH - r->scratch_n);
    char *copy = r->scratch + r->scratch_n;
    memcpy(copy, p, n);
    r->scratch_n += n;
    return (struct str){copy, n};
}

/* Splits a name as expat reports it: "namespace SEPARATOR local" or "local". */
static void
split_name(struct str name, struct str *ns_out, struct str *local_out)
{
    size_t at = str_find(name, XML_SEPARATOR);
    if (at == name.n) {
        *ns_out = STR_LIT("");
        *local_out = name;
        return;
    }
    *ns_out = str_sub(name, 0, at);
    *local_out = str_sub(name, at + 1, SIZE_MAX);
}

static bool
is_good_xml_space(const char *value)
{
    struct str s = str_trim(str_from_cstr(value), XML_BLANKS);
    return str_eq(s, STR_LIT("preserve")) || str_eq(s, STR_LIT("default"));
}

/* Whether the current tag's name has a prefix. */
static bool
tag_has_prefix(const struct xml_reader *r)
{
    size_t begin = (size_t)XML_GetCurrentByteIndex(r->parser) + 1, end = begin;
    while (end < r->text.n && r->text.p[end] != '>' && r->text.p[end] != '/' && !xml_is_blank(r->text.p[end]))
        end++;
    return str_find(str_sub(r->text, begin, end - begin), ':') < end - begin;
}

static void
keep_attribute(struct xml_reader *r, struct xml_node *node, struct str name, const char *value)
{
    struct str ns, local;
    split_name(name, &ns, &local);
    if (!str_eq(local, r->keep))
        return;
    size_t value_n = strlen(value);
    if (node->n_attributes == XML_KEPT || ns.n > XML_NAME_MAX || value_n > XML_NAME_MAX) {
        fail(r, XML_PROBLEM_LIMIT);
        return;
    }
    struct xml_attribute *kept = &r->attributes[r->n_attributes++];
    if (node->n_attributes++ == 0)
        node->attributes = kept;
    kept->ns = keep_bytes(r, ns.p, ns.n);
    kept->value = keep_bytes(r, value, value_n);
}

static void
read_attributes(struct xml_reader *r, struct xml_node *node, const char **attributes)
{
    for (; attributes[0] != NULL; attributes += 2) {
        keep_attribute(r, node, str_from_cstr(attributes[0]), attributes[1]);
        if (strcmp(attributes[0], XML_NAMESPACE_SPACE) == 0 && !is_good_xml_space(attributes[1]))
            fail(r, XML_PROBLEM_XML_SPACE);
    }
    node->has_prefix = node->n_attributes > 0 && tag_has_prefix(r);
}

static void XMLCALL
on_start(void *user, const XML_Char *expanded, const XML_Char **attributes)
{
    struct xml_reader *r = user;
    struct str name = str_from_cstr(expanded);
    if (name.n > XML_NAME_MAX || r->depth >= XML_DEPTH_MAX) {
        fail(r, XML_PROBLEM_LIMIT);
        return;
    }
    r->has_root = true;
    struct xml_node *node = xml_add(r, XML_ELEMENT);
    split_name(keep_bytes(r, name.p, name.n), &node->ns, &node->local);
    if (attributes[0] != NULL)
        read_attributes(r, node, attributes);
    if (xml_has_failed(r)) {
        r->n--;
        return;
    }
    r->depth++;
    stop_when_full(r);
}

/* What directly follows the root is the last thing that is judged. .NET reports white space there as a
 * node of its own, which expat does not, and looks one character further, which must start markup. A NUL
 * ends the text, whatever follows it. */
static void
judge_behind_root(struct xml_reader *r)
{
    size_t at = (size_t)XML_GetCurrentByteIndex(r->parser) + (size_t)XML_GetCurrentByteCount(r->parser);
    size_t next = at;
    while (next < r->text.n && xml_is_blank(r->text.p[next]))
        next++;
    if (next > at && next < r->text.n && r->text.p[next] != '<') {
        fail(r, XML_PROBLEM_JUNK);
        r->problem.offset = next;
    } else if (next > at) {
        xml_add(r, XML_SPACE)->text = str_sub(r->text, at, next - at);
    } else if (at < r->text.n && r->text.p[at] == '\0') {
        xml_add(r, XML_EOF);
        r->is_stopping = true;
        (void)XML_StopParser(r->parser, XML_FALSE);
    }
}

static void XMLCALL
on_end(void *user, const XML_Char *expanded)
{
    (void)expanded;
    struct xml_reader *r = user;
    r->depth--;
    if (XML_GetCurrentByteCount(r->parser) == 0)
        r->nodes[r->n - 1].is_empty = true;
    else
        xml_add(r, XML_END);
    if (r->depth == 0)
        judge_behind_root(r);
    stop_when_full(r);
}

static bool
is_space(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!xml_is_blank(s[i]))
            return false;
    }
    return true;
}

/* XmlTextReader treats &#32; as text and &#x20; as white space. */
static bool
is_decimal_reference(const struct xml_reader *r)
{
    size_t at = (size_t)XML_GetCurrentByteIndex(r->parser);
    struct str reference = str_sub(r->text, at, 3);
    return str_starts(reference, STR_LIT("&#")) && !str_ends(reference, STR_LIT("x"));
}

static void XMLCALL
on_text(void *user, const XML_Char *s, int len)
{
    struct xml_reader *r = user;
    size_t n = (size_t)len;
    struct xml_node *node = xml_add(r, is_space(s, n) && !is_decimal_reference(r) ? XML_SPACE : XML_TEXT);
    /* Expat reports a run of text in place; a reference or a line end from a variable of its own. */
    bool is_in_place = s >= r->input && s < r->input + r->text.n;
    node->text = is_in_place ? (struct str){s, n} : keep_bytes(r, s, n);
    stop_when_full(r);
}

static void XMLCALL
on_cdata(void *user)
{
    add_plain(user, XML_CDATA);
}

static void XMLCALL
on_comment(void *user, const XML_Char *text)
{
    (void)text;
    add_plain(user, XML_COMMENT);
}

static void XMLCALL
on_pi(void *user, const XML_Char *target, const XML_Char *data)
{
    (void)target;
    (void)data;
    add_plain(user, XML_PI);
}

static void XMLCALL
on_doctype(void *user, const XML_Char *name, const XML_Char *system, const XML_Char *public, int has_subset)
{
    (void)name;
    (void)system;
    (void)public;
    (void)has_subset;
    fail(user, XML_PROBLEM_DTD);
}

static void XMLCALL
on_declaration(void *user, const XML_Char *version, const XML_Char *encoding, int standalone)
{
    (void)encoding;
    (void)standalone;
    if (version == NULL || strcmp(version, "1.0") != 0)
        fail(user, XML_PROBLEM_VERSION);
}

void
xml_set_handlers(struct xml_reader *r)
{
    /* Set by us: otherwise expat would ask the kernel for randomness for each document. */
    (void)XML_SetHashSalt(r->parser, r->salt);
    XML_SetUserData(r->parser, r);
    XML_SetElementHandler(r->parser, on_start, on_end);
    XML_SetCharacterDataHandler(r->parser, on_text);
    XML_SetStartCdataSectionHandler(r->parser, on_cdata);
    XML_SetCommentHandler(r->parser, on_comment);
    XML_SetProcessingInstructionHandler(r->parser, on_pi);
    XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
    XML_SetXmlDeclHandler(r->parser, on_declaration);
}
