/* SPDX-License-Identifier: Apache-2.0 */
/* xml_reader: see xml.h. The only file that uses expat, which runs until a batch of nodes is full, is
 * suspended, and is resumed when the batch is used up. */
#include <expat.h>
#include <stdlib.h>
#include <string.h>

#include "base/rand.h"
#include "base/secret.h"
#include "xml/bounds.h"
#include "xml/memory.h"
#include "xml/problem.h"
#include "xml/xml.h"

enum {
    BATCH = 64,     /* nodes */
    BATCH_LATE = 4, /* nodes that may still arrive after the parser was asked to stop */
    KEPT = 4,       /* attributes kept per element */
    ATTRIBUTES = (BATCH + BATCH_LATE) * KEPT,
    SCRATCH = 96 * 1024,
    SCRATCH_ELEMENT = (1 + 2 * KEPT) * (XML_NAME_MAX + 1), /* the most nodes that one element takes */
    PARSER_KEPT = 256 * 1024 /* bytes: a parser that used more is not reused, since its pools never shrink */
};

/* Separates namespace and local name in expat's output: a character that XML 1.0 does not allow. */
#define SEPARATOR '\x01'
#define XML_NAMESPACE_SPACE "http://www.w3.org/XML/1998/namespace\x01space"
#define BLANKS " \t\r\n"

struct xml_reader {
    XML_Parser parser;
    unsigned long salt;
    struct xml_source source;
    struct str text; /* belongs to the source */
    struct str keep;
    char *input; /* expat's copy of the text */
    size_t bare; /* memory of all readers when this parser was new */
    bool is_started;
    bool is_before_first; /* of the batch: none of its nodes was read yet */
    bool is_first_batch;
    bool is_stopping;
    bool has_root;
    unsigned depth;
    struct xml_problem problem;
    size_t n; /* nodes in the batch */
    size_t at;
    size_t n_attributes;
    size_t scratch_n;
    struct xml_node nodes[BATCH + BATCH_LATE];
    struct xml_attribute attributes[ATTRIBUTES];
    char scratch[SCRATCH];
};

static void
fail(struct xml_reader *r, enum xml_problem_kind kind)
{
    if (r->problem.kind != XML_PROBLEM_NONE)
        return;
    r->problem.kind = kind;
    r->problem.offset = (size_t)XML_GetCurrentByteIndex(r->parser);
    r->is_stopping = true;
    (void)XML_StopParser(r->parser, XML_FALSE);
}

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Expat may make a few more calls after it was asked to stop. */
static bool
has_failed(const struct xml_reader *r)
{
    return r->problem.kind != XML_PROBLEM_NONE;
}

static struct xml_node *
add(struct xml_reader *r, enum xml_kind kind)
{
    ASSERT(r->n < BATCH + BATCH_LATE);
    struct xml_node *node = &r->nodes[r->n++];
    *node = (struct xml_node){.kind = kind, .depth = r->depth};
    return node;
}

/* After each node: stops when the batch is full. */
static void
stop_when_full(struct xml_reader *r)
{
    if (r->is_stopping || (r->n < BATCH && r->scratch_n < SCRATCH - 2 * SCRATCH_ELEMENT))
        return;
    r->is_stopping = true;
    (void)XML_StopParser(r->parser, XML_TRUE);
}

static void
add_plain(struct xml_reader *r, enum xml_kind kind)
{
    if (has_failed(r))
        return;
    add(r, kind);
    stop_when_full(r);
}

static struct str
keep_bytes(struct xml_reader *r, const char *p, size_t n)
{
    ASSERT(n <= SCRATCH - r->scratch_n);
    char *copy = r->scratch + r->scratch_n;
    memcpy(copy, p, n);
    r->scratch_n += n;
    return (struct str){copy, n};
}

/* Splits a name as expat reports it: "namespace SEPARATOR local" or "local". */
static void
split_name(struct str name, struct str *ns_out, struct str *local_out)
{
    size_t at = str_find(name, SEPARATOR);
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
    struct str s = str_trim(str_from_cstr(value), BLANKS);
    return str_eq(s, STR_LIT("preserve")) || str_eq(s, STR_LIT("default"));
}

/* Whether the current tag's name has a prefix. */
static bool
tag_has_prefix(const struct xml_reader *r)
{
    size_t at = (size_t)XML_GetCurrentByteIndex(r->parser);
    for (at++; at < r->text.n; at++) {
        char c = r->text.p[at];
        if (c == ':')
            return true;
        if (c == '>' || c == '/' || is_blank(c))
            return false;
    }
    return false;
}

static void
keep_attribute(struct xml_reader *r, struct xml_node *node, struct str name, const char *value)
{
    struct str ns, local;
    split_name(name, &ns, &local);
    if (!str_eq(local, r->keep))
        return;
    size_t value_n = strlen(value);
    if (node->n_attributes == KEPT || ns.n > XML_NAME_MAX || value_n > XML_NAME_MAX) {
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
    if (has_failed(r))
        return;
    struct str name = str_from_cstr(expanded);
    if (name.n > XML_NAME_MAX || r->depth >= XML_DEPTH_MAX) {
        fail(r, XML_PROBLEM_LIMIT);
        return;
    }
    r->has_root = true;
    struct xml_node *node = add(r, XML_ELEMENT);
    split_name(keep_bytes(r, name.p, name.n), &node->ns, &node->local);
    if (attributes[0] != NULL)
        read_attributes(r, node, attributes);
    if (has_failed(r)) {
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
    while (next < r->text.n && is_blank(r->text.p[next]))
        next++;
    if (next > at && next < r->text.n && r->text.p[next] != '<') {
        fail(r, XML_PROBLEM_JUNK);
        r->problem.offset = next;
    } else if (next > at) {
        add(r, XML_SPACE)->text = str_sub(r->text, at, next - at);
    } else if (at < r->text.n && r->text.p[at] == '\0') {
        add(r, XML_EOF);
        r->is_stopping = true;
        (void)XML_StopParser(r->parser, XML_FALSE);
    }
}

static void XMLCALL
on_end(void *user, const XML_Char *expanded)
{
    (void)expanded;
    struct xml_reader *r = user;
    if (has_failed(r))
        return;
    r->depth--;
    if (XML_GetCurrentByteCount(r->parser) == 0)
        r->nodes[r->n - 1].is_empty = true;
    else
        add(r, XML_END);
    if (r->depth == 0)
        judge_behind_root(r);
    stop_when_full(r);
}

static bool
is_space(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!is_blank(s[i]))
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
    if (has_failed(r))
        return;
    size_t n = (size_t)len;
    struct xml_node *node = add(r, is_space(s, n) && !is_decimal_reference(r) ? XML_SPACE : XML_TEXT);
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

static void
set_handlers(struct xml_reader *r)
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

static void
make_parser(struct xml_reader *r)
{
    static const XML_Memory_Handling_Suite suite = {xml_memory_take, xml_memory_again, xml_memory_give_back};
    static const XML_Char separator[] = {SEPARATOR, '\0'};
    xml_memory_set_limit(SIZE_MAX);
    r->parser = XML_ParserCreate_MM("UTF-8", &suite, separator);
    if (r->parser == NULL)
        err_no_memory();
    r->bare = xml_memory(&(size_t){0});
}

struct xml_reader *
xml_reader_new(void)
{
    struct xml_reader *r = calloc(1, sizeof(*r));
    if (r == NULL)
        err_no_memory();
    rand_bytes(&r->salt, sizeof(r->salt));
    r->salt |= 1; /* 0 would mean: not set */
    make_parser(r);
    return r;
}

void
xml_reader_free(struct xml_reader **r)
{
    if (*r == NULL)
        return;
    xml_close(*r);
    XML_ParserFree((*r)->parser);
    free(*r);
    *r = NULL;
}

static void
begin(struct xml_reader *r, const struct xml_source *source, struct str keep)
{
    set_handlers(r);
    xml_memory_set_limit(XML_MEMORY_BASE + source->text.n * XML_MEMORY_EACH);
    r->is_first_batch = r->is_before_first = true;
    r->source = *source;
    r->text = source->text;
    r->keep = keep;
}

void
xml_open(struct xml_reader *r, const struct xml_source *source, struct str keep)
{
    xml_close(r);
    begin(r, source, keep);
}

void
xml_close(struct xml_reader *r)
{
    if (r->input != NULL)
        secret_wipe(r->input, r->text.n);
    secret_wipe(r->scratch, r->scratch_n);
    xml_memory_set_limit(SIZE_MAX);
    if (r->is_started && xml_memory(&(size_t){0}) > r->bare + PARSER_KEPT) {
        XML_ParserFree(r->parser);
        make_parser(r);
    } else if (r->is_started && XML_ParserReset(r->parser, "UTF-8") == XML_FALSE) {
        err_no_memory();
    }
    r->input = NULL;
    r->source = (struct xml_source){.text = STR_NULL};
    r->text = STR_NULL;
    r->is_started = r->is_stopping = r->has_root = r->is_first_batch = false;
    r->depth = 0;
    r->problem = (struct xml_problem){XML_PROBLEM_NONE, 0};
    r->n = r->at = r->n_attributes = r->scratch_n = 0;
}

static enum xml_problem_kind
kind_of_error(const struct xml_reader *r, enum XML_Error code)
{
    if (code == XML_ERROR_NO_MEMORY)
        return XML_PROBLEM_LIMIT;
    static const struct {
        enum XML_Error code;
        enum xml_problem_kind kind;
    } kinds[] = {
        {XML_ERROR_UNCLOSED_TOKEN, XML_PROBLEM_EARLY_END},
        {XML_ERROR_PARTIAL_CHAR, XML_PROBLEM_EARLY_END},
        {XML_ERROR_UNCLOSED_CDATA_SECTION, XML_PROBLEM_EARLY_END},
        {XML_ERROR_TAG_MISMATCH, XML_PROBLEM_TAG_MISMATCH},
        {XML_ERROR_DUPLICATE_ATTRIBUTE, XML_PROBLEM_DUPLICATE_ATTRIBUTE},
        {XML_ERROR_JUNK_AFTER_DOC_ELEMENT, XML_PROBLEM_JUNK},
        {XML_ERROR_UNDEFINED_ENTITY, XML_PROBLEM_ENTITY},
        {XML_ERROR_BAD_CHAR_REF, XML_PROBLEM_BAD_REFERENCE},
        {XML_ERROR_MISPLACED_XML_PI, XML_PROBLEM_DECLARATION_NOT_FIRST},
        {XML_ERROR_UNBOUND_PREFIX, XML_PROBLEM_UNBOUND_PREFIX},
    };
    if (code == XML_ERROR_NO_ELEMENTS)
        return r->has_root ? XML_PROBLEM_EARLY_END : XML_PROBLEM_NO_ROOT;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (kinds[i].code == code)
            return kinds[i].kind;
    }
    return XML_PROBLEM_SYNTAX;
}

/* Expat would switch to UTF-16, whatever encoding it was given; for .NET it is an invalid character. */
static bool
begins_with_nul(struct xml_reader *r)
{
    if (str_starts(r->text, STR_LIT("\0")))
        r->problem = (struct xml_problem){XML_PROBLEM_NO_ROOT, 0};
    else if (r->text.n > 1 && r->text.p[1] == '\0')
        r->problem = (struct xml_problem){XML_PROBLEM_SYNTAX, 1};
    return has_failed(r);
}

/* Whether the encoding is in its place, and occurs once: after the version, before `standalone`. */
static bool
is_encoding_in_place(const struct xml_reader *r)
{
    struct str encoding = r->source.encoding;
    struct str before = {r->text.p, (size_t)(encoding.p - r->text.p)};
    struct str behind = str_trim(str_sub(r->text, before.n + encoding.n, SIZE_MAX), BLANKS);
    return str_find_str(before, STR_LIT("standalone")) == before.n &&
           !str_starts(behind, STR_LIT("encoding"));
}

/* The charset of the declaration is already settled, and .NET accepts any value, where expat requires a
 * name: expat gets blanks instead. It still sees a misplaced or second one, and refuses it. */
static void
blank_encoding(const struct xml_reader *r, char *input)
{
    struct str encoding = r->source.encoding;
    if (str_is_null(encoding) || !is_blank(encoding.p[-1]) || !is_encoding_in_place(r))
        return;
    char behind = encoding.p[encoding.n];
    if (is_blank(behind) || behind == '?')
        memset(input + (encoding.p - r->text.p), ' ', encoding.n);
}

static enum XML_Status
start(struct xml_reader *r)
{
    r->is_started = true;
    if (r->text.n > INT32_MAX / 2 || !xml_is_within_bounds(r->text)) {
        r->problem.kind = XML_PROBLEM_LIMIT;
        return XML_STATUS_ERROR;
    }
    if (begins_with_nul(r))
        return XML_STATUS_ERROR;
    if (r->text.n == 0)
        return XML_Parse(r->parser, "", 0, XML_TRUE);
    char *input = XML_GetBuffer(r->parser, (int)r->text.n);
    if (input == NULL) {
        r->problem.kind = XML_PROBLEM_LIMIT;
        return XML_STATUS_ERROR;
    }
    memcpy(input, r->text.p, r->text.n);
    blank_encoding(r, input);
    r->input = input;
    return XML_ParseBuffer(r->parser, (int)r->text.n, XML_TRUE);
}

static void
next_batch(struct xml_reader *r)
{
    r->is_first_batch = !r->is_started;
    r->n = r->at = r->n_attributes = r->scratch_n = 0;
    r->is_stopping = false;
    if (!str_is_null(r->source.fault)) {
        r->problem.kind = XML_PROBLEM_FAULT;
        add(r, XML_FAIL);
        return;
    }
    enum XML_Status status = r->is_started ? XML_ResumeParser(r->parser) : start(r);
    if (status == XML_STATUS_SUSPENDED)
        return;
    if (r->n > 0 && r->nodes[r->n - 1].kind == XML_EOF)
        return;
    if (status == XML_STATUS_OK) {
        add(r, XML_EOF);
        return;
    }
    if (r->problem.kind == XML_PROBLEM_NONE) {
        r->problem.kind = kind_of_error(r, XML_GetErrorCode(r->parser));
        r->problem.offset = (size_t)XML_GetCurrentByteIndex(r->parser);
    }
    add(r, XML_FAIL);
}

const struct xml_node *
xml_node(const struct xml_reader *r)
{
    ASSERT(r->n > 0);
    return &r->nodes[r->at];
}

const struct xml_node *
xml_read(struct xml_reader *r)
{
    bool is_over = r->n > 0 && (xml_node(r)->kind == XML_EOF || xml_node(r)->kind == XML_FAIL);
    if (is_over && !r->is_before_first)
        return xml_node(r);
    if (r->at + 1 < r->n && !r->is_before_first)
        r->at++;
    else if (r->n == 0 || !r->is_before_first)
        next_batch(r);
    r->is_before_first = false;
    return xml_node(r);
}

void
xml_rewind(struct xml_reader *r)
{
    if (!r->is_first_batch) {
        struct xml_source source = r->source;
        struct str keep = r->keep;
        xml_close(r);
        begin(r, &source, keep);
    }
    r->at = 0;
    r->is_before_first = true;
}

const struct xml_node *
xml_to_content(struct xml_reader *r)
{
    const struct xml_node *n = xml_node(r);
    while (n->kind == XML_SPACE || n->kind == XML_COMMENT || n->kind == XML_PI)
        n = xml_read(r);
    return n;
}

const struct xml_node *
xml_skip(struct xml_reader *r)
{
    const struct xml_node *n = xml_node(r);
    if (n->kind == XML_ELEMENT && !n->is_empty) {
        unsigned depth = n->depth;
        do
            n = xml_read(r);
        while (n->kind != XML_FAIL && n->kind != XML_EOF && !(n->kind == XML_END && n->depth == depth));
    }
    return xml_read(r);
}

bool
xml_is_element(const struct xml_node *n, struct str local, struct str ns)
{
    return n->kind == XML_ELEMENT && str_eq(n->local, local) && str_eq(n->ns, ns);
}

struct str
xml_error_text(const struct xml_reader *r, struct arena *a)
{
    return r->problem.kind == XML_PROBLEM_FAULT ? r->source.fault : xml_problem_text(a, r->text, &r->problem);
}
