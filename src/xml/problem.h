/* SPDX-License-Identifier: Apache-2.0 */
/* problem: the reason why a document is not well-formed, in the words of .NET's XmlException. Private to
 * the reader. */
#ifndef COUNTERSIGN_XML_PROBLEM_H
#define COUNTERSIGN_XML_PROBLEM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"

enum xml_problem_kind {
    XML_PROBLEM_NONE,
    XML_PROBLEM_FAULT,     /* reported by the source, which already has the message */
    XML_PROBLEM_NO_ROOT,   /* nothing but white space, comments and processing instructions */
    XML_PROBLEM_EARLY_END, /* the text ends inside the root element */
    XML_PROBLEM_SYNTAX,    /* anything without a kind of its own */
    XML_PROBLEM_JUNK,      /* after the root element */
    XML_PROBLEM_DTD,
    XML_PROBLEM_DECLARATION_NOT_FIRST,
    XML_PROBLEM_VERSION,
    XML_PROBLEM_TAG_MISMATCH,
    XML_PROBLEM_DUPLICATE_ATTRIBUTE,
    XML_PROBLEM_UNBOUND_PREFIX,
    XML_PROBLEM_ENTITY,
    XML_PROBLEM_BAD_REFERENCE,
    XML_PROBLEM_XML_SPACE,
    XML_PROBLEM_LIMIT
};

struct xml_problem {
    enum xml_problem_kind kind;
    size_t offset; /* in the text: where the parser noticed it, often the start of a tag */
};

/* One line, with line and position where .NET gives them; exact for the usual mistakes of callers, and
 * close for the rest. */
struct str xml_problem_text(struct arena *a, struct str text, const struct xml_problem *problem);

#endif
