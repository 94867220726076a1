/* SPDX-License-Identifier: Apache-2.0 */
/* ct_help: for each operation of the SOAP face, how to call it: a curl request ready to paste, and the
 * same call with several SOAP toolkits. Generated from the tables. Not here: the surrounding page (front),
 * and the samples of the contract's own help page (ct_sample). */
#ifndef COUNTERSIGN_CONTRACT_CT_HELP_H
#define COUNTERSIGN_CONTRACT_CT_HELP_H

#include "base/str.h"
#include "contract/ct.h"
#include "contract/ct_sample.h"

enum ct_help_tool {
    CT_HELP_CURL,
    CT_HELP_ZEEP,
    CT_HELP_DOTNET,
    CT_HELP_JAVA,
    CT_HELP_PHP,
    CT_HELP_NODE,
    CT_HELP_COUNT_
};

struct ct_help_about {
    const char *id;    /* for addresses: "curl" */
    const char *title; /* for people: ".NET" */
    const char *note;  /* what it requires, one sentence */
};
const struct ct_help_about *ct_help_about(enum ct_help_tool tool);

/* Writes the call; every line ends with LF, including the last. Values to be replaced are CT_INK_VALUE.
 * address: of the endpoint, without characters that need escaping in XML, a shell or a string literal. */
void ct_help_snippet(struct ct_pen *pen, enum ct_help_tool tool, const struct ct_op *op, struct str address);

/* An example value for that parameter; every parameter of the SOAP face has one. */
struct str ct_help_example(const struct ct_field *field);

#endif
