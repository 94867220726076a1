/* SPDX-License-Identifier: Apache-2.0 */
/* problem_scan: where in a malformed document the fault is: a scan of the text up to it. Private to
 * problem.c, which has the words. */
#ifndef COUNTERSIGN_XML_PROBLEM_SCAN_H
#define COUNTERSIGN_XML_PROBLEM_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/str.h"

/* The construct that contains the fault. */
enum xml_where { AT_ROOT_LEVEL, IN_CONTENT, IN_TAG, IN_END_TAG, IN_COMMENT, IN_CDATA, IN_PI };

struct xml_open_element {
    struct str name;
    size_t offset; /* of the name */
    struct xml_open_element *parent;
};

struct xml_scan {
    struct arena *arena;
    struct str text;
    size_t fault;
    enum xml_where where;
    size_t begin; /* of the construct that contains the fault */
    struct xml_open_element *open;
    struct xml_open_element *spare; /* closed ones, for reuse: a document may have a million */
    bool has_root;
};

struct xml_scan xml_scan_to(struct arena *a, struct str text, size_t fault);

/* The rest of the text; the name there, perhaps empty; the first byte that is not a blank. */
struct str xml_scan_from(const struct xml_scan *s, size_t at);
struct str xml_scan_name(const struct xml_scan *s, size_t at);
size_t xml_scan_skip_blanks(const struct xml_scan *s, size_t at);
/* The end of a tag, or beyond the end of the text; a ">" inside quotes does not end it. */
size_t xml_scan_tag_end(const struct xml_scan *s, size_t at);
bool xml_is_blank(char c);
/* Whether a byte may occur in a name; an approximation: the parser has already judged the name. */
bool xml_is_name_byte(char c);
bool xml_is_name_start(char c);

#endif
