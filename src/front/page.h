/* page: what the pages have in common: the address that they speak of, their head, escaping, samples in
 * colours. */
#ifndef COUNTERSIGN_FRONT_PAGE_H
#define COUNTERSIGN_FRONT_PAGE_H

#include "base/buf.h"
#include "base/str.h"
#include "contract/ct.h"
#include "contract/ct_sample.h"
#include "front/answer.h"
#include "front/pages.h"

#define PAGE_ASSETS "/assets/"
#define PAGE_INTEGRATE "/integrate/"

/* Where the service is for whoever asks. Only letters, digits and ".:-_[]" are in a host: one that has
 * anything else in it is not repeated. */
struct page_site {
    struct str host;    /* without a port */
    struct str path;    /* of the service, as asked for */
    struct str file;    /* its last segment */
    struct str address; /* scheme, host, port and path */
};
void page_site(const struct page_request *req, struct page_site *out);

/* Appends text as HTML, fit for an attribute in double quotes too. */
void page_text(struct buf *b, struct str s);
void page_cstr(struct buf *b, const char *s);

/* From the doctype to the service's name. discovery: path of the service, where the page is its own; else
 * null.
 */
void page_begin(struct buf *b, struct str title, struct str discovery);
/* The end, and the answer: an HTML page of that status. */
void page_end(struct buf *b, unsigned status, const char *cache_control, struct answer *out);

/* A pen that writes a sample as HTML. Values of enumerations lead to where the guide explains them; op is
 * NULL for a program, which has none, and whose lines are not to be broken. */
struct page_pen {
    struct ct_pen pen;
    struct buf *out;
    const struct ct_op *op;
    enum ct_ink kind; /* what is open */
};
void page_pen_begin(struct page_pen *p, struct buf *out, const struct ct_op *op);
void page_pen_end(struct page_pen *p);

/* The SOAP operations in ordinal order of their names; returns how many. */
size_t page_operations(const struct ct_op *ops_out[CT_OP_COUNT_]);

#endif
