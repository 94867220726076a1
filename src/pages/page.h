/* SPDX-License-Identifier: Apache-2.0 */
/* page: what all pages share: the service's address, the page head, escaping, and coloured samples. */
#ifndef COUNTERSIGN_PAGES_PAGE_H
#define COUNTERSIGN_PAGES_PAGE_H

#include "base/buf.h"
#include "base/str.h"
#include "contract/ct.h"
#include "contract/ct_sample.h"
#include "pages/response.h"
#include "pages/pages.h"

#define PAGE_ASSETS "/assets/"
#define PAGE_INTEGRATE "/integrate/"

/* The service's address as seen by the caller. A host has only letters, digits and ".:-_[]"; one with any
 * other character is not echoed. */
struct page_site {
    struct str host;    /* without a port */
    struct str path;    /* path of the service, as requested */
    struct str file;    /* its last segment */
    struct str address; /* scheme, host, port and path */
};
void page_site(const struct page_request *req, struct page_site *out);

/* Appends text as HTML, safe also in a double-quoted attribute. */
void page_text(struct buf *b, struct str s);
void page_cstr(struct buf *b, const char *s);

/* From the doctype to the service's name. discovery: path of the service where the page belongs to it;
 * otherwise null. */
void page_begin(struct buf *b, struct str title, struct str discovery);
/* Ends the page and fills the answer: an HTML page of that status. */
void page_end(struct buf *b, unsigned status, const char *cache_control, struct response *out);

/* A pen that writes a sample as HTML. Enumeration values link to their explanation in the guide. op is
 * NULL for a program, which has no links, and whose lines must not be broken. */
struct page_pen {
    struct ct_pen pen;
    struct buf *out;
    const struct ct_op *op;
    enum ct_ink kind; /* the open elements */
};
void page_pen_begin(struct page_pen *p, struct buf *out, const struct ct_op *op);
void page_pen_end(struct page_pen *p);

/* The SOAP operations in ordinal order of their names; returns their number. */
size_t page_operations(const struct ct_op *ops_out[CT_OP_COUNT_]);

#endif
