/* SPDX-License-Identifier: Apache-2.0 */
/* xml: a reader that moves from node to node, with the rules of .NET's XmlTextReader for a message:
 * namespaces on, DTD prohibited, only predefined entities, only XML 1.0, line ends normalised.
 *
 * The underlying parser is expat, which only xml_reader.c knows. It runs ahead of the caller by a small
 * batch of nodes, so a caller may stop anywhere: what follows is not judged. Names and texts of a node are
 * views that are valid until the next xml_read or xml_close. */
#ifndef COUNTERSIGN_XML_XML_H
#define COUNTERSIGN_XML_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"
#include "xml/source.h"

/* Limits that are checked before the parser sees the document, so that n bytes cost at most a constant
 * times n (docs/ARCHITECTURE.md, "What bytes may cost"): the parser copies and hashes the namespace of
 * each prefixed name. */
enum {
    XML_DEPTH_MAX = 10000,      /* nesting depth of elements */
    XML_NAME_MAX = 4096,        /* bytes of a name with its namespace, and of an attribute's kept value */
    XML_NAMESPACE_MAX = 512,    /* bytes of a namespace as written */
    XML_ATTRIBUTES_MAX = 10000, /* attributes of a document, namespace declarations included */
    XML_TAG_MAX = 128 * 1024    /* bytes of one start tag */
};

/* The most that the parser may allocate for a document of n bytes: XML_MEMORY_BASE + n * XML_MEMORY_EACH.
 * A document that needs more exceeds a limit. */
enum { XML_MEMORY_BASE = 512 * 1024, XML_MEMORY_EACH = 32 };

enum xml_kind {
    XML_ELEMENT,
    XML_END, /* end tag; none for an empty element (<x/>) */
    XML_TEXT,
    XML_SPACE, /* text of white space only; one run of text may be split into several nodes of either kind */
    XML_CDATA, /* start of a section; its text follows as XML_TEXT and XML_SPACE */
    XML_COMMENT,
    XML_PI,
    XML_EOF,
    XML_FAIL /* malformed, or a limit exceeded: see xml_error_text. Nothing follows */
};

struct xml_attribute {
    struct str ns; /* empty: none */
    struct str value;
};

struct xml_node {
    enum xml_kind kind;
    bool is_empty;   /* XML_ELEMENT: written <x/> */
    bool has_prefix; /* XML_ELEMENT with kept attributes */
    unsigned depth;  /* 0 for the root; a text is one deeper than its element, an end tag equally deep */
    struct str ns;   /* XML_ELEMENT: empty: none */
    struct str local;
    struct str text; /* XML_TEXT, XML_SPACE */
    const struct xml_attribute *attributes;
    size_t n_attributes;
};

struct xml_reader; /* heap; reused for one document after another */
struct xml_reader *xml_reader_new(void);
void xml_reader_free(struct xml_reader **r);

/* Starts a document, and ends the previous one; the source's text must outlive the reading. Nodes keep
 * only the attributes with the local name `keep`. */
void xml_open(struct xml_reader *r, const struct xml_source *source, struct str keep);
/* Ends the document, and wipes what the reader stored of it. */
void xml_close(struct xml_reader *r);
/* The bytes that all readers of this process have on the heap now, and the maximum since xml_open. */
size_t xml_memory(size_t *most_out);

/* Back to the position before the first node; free of cost while few nodes have been read. */
void xml_rewind(struct xml_reader *r);

/* Moves to the next node (the first one after xml_open) and returns it. Stays at XML_EOF and XML_FAIL. */
const struct xml_node *xml_read(struct xml_reader *r);
const struct xml_node *xml_node(const struct xml_reader *r);

/* Advances while the node is white space, a comment or a processing instruction (MoveToContent). */
const struct xml_node *xml_to_content(struct xml_reader *r);
/* From an element to what follows its end; from any other node to the next (Skip). */
const struct xml_node *xml_skip(struct xml_reader *r);

bool xml_is_element(const struct xml_node *n, struct str local, struct str ns);

/* The message of the XmlException that .NET throws for the failure, with line and position. */
struct str xml_error_text(const struct xml_reader *r, struct arena *a);

#endif
