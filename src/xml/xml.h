/* xml: a reader that goes from node to node, with the rules of .NET's XmlTextReader for a message: namespaces
 * on, DTD prohibited, no entities but the predefined, XML 1.0 only, line ends normalised.
 *
 * The parser below is expat, known to xml_reader.c alone. It runs ahead of the caller by a small batch of
 * nodes, so that a caller can stop where it likes: what comes behind is not judged. Names and texts of a node
 * are views that stay valid until the next xml_read or xml_close. */
#ifndef COUNTERSIGN_XML_XML_H
#define COUNTERSIGN_XML_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"
#include "xml/source.h"

/* Bounds that hold before the parser sees the document, so that n bytes cost it at most a constant times n
 * (docs/ARCHITECTURE.md, "What bytes may cost"): it copies and hashes the namespace of each prefixed name. */
enum {
    XML_DEPTH_MAX = 10000,      /* elements within one another */
    XML_NAME_MAX = 4096,        /* bytes of a name with its namespace, and of an attribute's kept value */
    XML_NAMESPACE_MAX = 512,    /* bytes of a namespace, as it is written */
    XML_ATTRIBUTES_MAX = 10000, /* of a document, namespace declarations included */
    XML_TAG_MAX = 128 * 1024    /* bytes of one start tag */
};

/* Most that the parser may allocate for a document of n bytes: XML_MEMORY_BASE + n * XML_MEMORY_EACH. A
 * document that needs more is over a limit. */
enum { XML_MEMORY_BASE = 512 * 1024, XML_MEMORY_EACH = 32 };

enum xml_kind {
    XML_ELEMENT,
    XML_END, /* end tag; an empty element (<x/>) has none */
    XML_TEXT,
    XML_SPACE, /* text of white space alone; one run of text may come as several nodes of either kind */
    XML_CDATA, /* a section begins; its text follows as XML_TEXT and XML_SPACE */
    XML_COMMENT,
    XML_PI,
    XML_EOF,
    XML_FAIL /* malformed, or over a limit: see xml_error_text. Nothing follows */
};

struct xml_attribute {
    struct str ns; /* empty for none */
    struct str value;
};

struct xml_node {
    enum xml_kind kind;
    bool is_empty;   /* XML_ELEMENT: written <x/> */
    bool has_prefix; /* XML_ELEMENT with kept attributes */
    unsigned depth;  /* of the root 0; text is one deeper than its element, an end tag as deep */
    struct str ns;   /* XML_ELEMENT: empty for none */
    struct str local;
    struct str text; /* XML_TEXT, XML_SPACE */
    const struct xml_attribute *attributes;
    size_t n_attributes;
};

struct xml_reader; /* heap; one is used for one document after the other */
struct xml_reader *xml_reader_new(void);
void xml_reader_free(struct xml_reader **r);

/* Begins a document, ending the one before; the source's text outlives the reading. Of attributes only those
 * with the local name `keep` are kept in nodes. */
void xml_open(struct xml_reader *r, const struct xml_source *source, struct str keep);
/* Ends the document and wipes what the reader held of it. */
void xml_close(struct xml_reader *r);
/* Bytes that all readers of this process hold on the heap now, and the most since xml_open. */
size_t xml_memory(size_t *most_out);

/* Back to before the first node; costs nothing while few nodes were read. */
void xml_rewind(struct xml_reader *r);

/* Goes to the next node (the first one after xml_open) and returns it. At XML_EOF and XML_FAIL it stays. */
const struct xml_node *xml_read(struct xml_reader *r);
const struct xml_node *xml_node(const struct xml_reader *r);

/* Goes on while the node is white space, a comment or a processing instruction (MoveToContent). */
const struct xml_node *xml_to_content(struct xml_reader *r);
/* From an element to what follows its end, from any other node to the next (Skip). */
const struct xml_node *xml_skip(struct xml_reader *r);

bool xml_is_element(const struct xml_node *n, struct str local, struct str ns);

/* The message of the XmlException that .NET throws for the failure, with line and position. */
struct str xml_error_text(const struct xml_reader *r, struct arena *a);

#endif
