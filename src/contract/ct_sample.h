/* SPDX-License-Identifier: Apache-2.0 */
/* ct_sample: the sample messages of the SOAP face, generated from the tables, as the help page of an .asmx
 * endpoint shows them (docs/contract.md, section 13; tests/contract/twoFactorCheckPushAuthStatus.txt):
 * HTTP head, blank line, envelope indented by two. */
#ifndef COUNTERSIGN_CONTRACT_CT_SAMPLE_H
#define COUNTERSIGN_CONTRACT_CT_SAMPLE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"
#include "contract/ct.h"

enum ct_sample_soap { CT_SAMPLE_11, CT_SAMPLE_12 };

/* The kind of a piece of a sample; the pieces together are the text. */
enum ct_ink {
    CT_INK_TEXT, /* line ends, indentation, uncoloured text */
    CT_INK_HEAD, /* of HTTP */
    CT_INK_TAG,  /* "<", "</", ">", and names of elements */
    CT_INK_ATTRIBUTE,
    CT_INK_VALUE, /* a placeholder */
    CT_INK_NOTE   /* a comment (ct_help.h) */
};

/* Receives the pieces. `doc` explains an enumeration value, otherwise NULL. Texts are not escaped for XML
 * or HTML: only the host and the path come from outside, and those only in CT_INK_HEAD. */
struct ct_pen {
    void (*ink)(struct ct_pen *pen, enum ct_ink ink, struct str text, const char *doc);
    bool with_values; /* valid values instead of type names: a message that the schema accepts */
};

/* host: from the Host header, without the port; path: of the endpoint as requested. Lines end with LF. */
void ct_sample_request(struct ct_pen *pen, enum ct_sample_soap soap, const struct ct_op *op, struct str host,
                       struct str path);
void ct_sample_response(struct ct_pen *pen, enum ct_sample_soap soap, const struct ct_op *op);
/* Only the envelope. */
void ct_sample_envelope(struct ct_pen *pen, enum ct_sample_soap soap, const struct ct_type *message);

/* A pen that appends to a buf, without colours. */
struct ct_pen_plain {
    struct ct_pen pen;
    struct buf *out;
};
void ct_pen_plain_init(struct ct_pen_plain *p, struct buf *out, bool with_values);

#endif
