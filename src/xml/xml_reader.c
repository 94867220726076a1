/* SPDX-License-Identifier: Apache-2.0 */
/* xml_reader: see xml.h. Expat runs until a batch of nodes is full, is suspended, and is resumed when the
 * batch is used up. What it reports arrives in xml_events.c; no other file uses it. */
#include <stdlib.h>
#include <string.h>

#include "base/rand.h"
#include "base/secret.h"
#include "xml/bounds.h"
#include "xml/memory.h"
#include "xml/xml_events.h"

enum {
    PARSER_KEPT = 256 * 1024 /* bytes: a parser that used more is not reused, since its pools never shrink */
};

static void
make_parser(struct xml_reader *r)
{
    static const XML_Memory_Handling_Suite suite = {xml_memory_take, xml_memory_again, xml_memory_give_back};
    static const XML_Char separator[] = {XML_SEPARATOR, '\0'};
    xml_memory_set_limit(SIZE_MAX);
    r->parser = XML_ParserCreate_MM("UTF-8", &suite, separator);
    ASSERT(r->parser != NULL);
    r->bare = xml_memory(&(size_t){0});
}

struct xml_reader *
xml_reader_new(void)
{
    struct xml_reader *r = err_zalloc(1, sizeof *r);
    rand_bytes(&r->salt, sizeof r->salt);
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
    xml_set_handlers(r);
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
    } else if (r->is_started) {
        bool is_reset = XML_ParserReset(r->parser, "UTF-8") == XML_TRUE;
        ASSERT(is_reset);
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
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
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
    return xml_has_failed(r);
}

/* Whether the encoding is in its place, and occurs once: after the version, before `standalone`. */
static bool
is_encoding_in_place(const struct xml_reader *r)
{
    struct str encoding = r->source.encoding;
    struct str before = {r->text.p, (size_t)(encoding.p - r->text.p)};
    struct str behind = str_trim(str_sub(r->text, before.n + encoding.n, SIZE_MAX), XML_BLANKS);
    return str_find_str(before, STR_LIT("standalone")) == before.n &&
           !str_starts(behind, STR_LIT("encoding"));
}

/* The charset of the declaration is already settled, and .NET accepts any value, where expat requires a
 * name: expat gets blanks instead. It still sees a misplaced or second one, and refuses it. */
static void
blank_encoding(const struct xml_reader *r, char *input)
{
    struct str encoding = r->source.encoding;
    if (str_is_null(encoding) || !xml_is_blank(encoding.p[-1]) || !is_encoding_in_place(r))
        return;
    char behind = encoding.p[encoding.n];
    if (xml_is_blank(behind) || behind == '?')
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
        xml_add(r, XML_FAIL);
        return;
    }
    enum XML_Status status = r->is_started ? XML_ResumeParser(r->parser) : start(r);
    if (status == XML_STATUS_SUSPENDED)
        return;
    if (r->n > 0 && r->nodes[r->n - 1].kind == XML_EOF)
        return;
    if (status == XML_STATUS_OK) {
        xml_add(r, XML_EOF);
        return;
    }
    if (r->problem.kind == XML_PROBLEM_NONE) {
        r->problem.kind = kind_of_error(r, XML_GetErrorCode(r->parser));
        r->problem.offset = (size_t)XML_GetCurrentByteIndex(r->parser);
    }
    xml_add(r, XML_FAIL);
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
