/* SPDX-License-Identifier: Apache-2.0 */
/* xml_events: the state of a reader, and what expat reports, as the nodes of a batch. Private to
 * xml_reader.c, which runs expat. */
#ifndef COUNTERSIGN_XML_XML_EVENTS_H
#define COUNTERSIGN_XML_XML_EVENTS_H

#include <expat.h>
#include <stdbool.h>
#include <stddef.h>

#include "xml/problem.h"
#include "xml/problem_scan.h"
#include "xml/source.h"
#include "xml/xml.h"

enum {
    XML_BATCH = 64,     /* nodes */
    XML_BATCH_LATE = 4, /* nodes that may still arrive after the parser was asked to stop */
    XML_KEPT = 4,       /* attributes kept per element */
    XML_ATTRIBUTES = (XML_BATCH + XML_BATCH_LATE) * XML_KEPT,
    XML_SCRATCH = 96 * 1024,
    XML_SCRATCH_ELEMENT = (1 + 2 * XML_KEPT) * (XML_NAME_MAX + 1), /* the most nodes that one element takes */
};

/* Separates namespace and local name in expat's output: a character that XML 1.0 does not allow. */
#define XML_SEPARATOR '\x01'
#define XML_BLANKS " \t\r\n"

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
    struct xml_node nodes[XML_BATCH + XML_BATCH_LATE];
    struct xml_attribute attributes[XML_ATTRIBUTES];
    char scratch[XML_SCRATCH];
};

/* A problem was found, and nothing more is read. */
bool xml_has_failed(const struct xml_reader *r);
/* A node more in the batch. */
struct xml_node *xml_add(struct xml_reader *r, enum xml_kind kind);
/* The parser is new, or was reset. */
void xml_set_handlers(struct xml_reader *r);

#endif
