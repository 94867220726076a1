/* ct_help: for each operation of the SOAP face, how to call it: a request for curl that can be pasted, and
 * the same call in the words of some SOAP toolkits. Made from the tables. Not here: the page around it
 * (front), and the samples of the contract's own help page (ct_sample). */
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
    const char *note;  /* what it takes, one sentence */
};
const struct ct_help_about *ct_help_about(enum ct_help_tool tool);

/* Writes the call down; lines end with LF, the last one too. What is to be replaced is CT_INK_VALUE. address:
 * of the endpoint, with no character that XML, a shell or a string literal would have to escape. */
void ct_help_snippet(struct ct_pen *pen, enum ct_help_tool tool, const struct ct_op *op, struct str address);

/* An example of that parameter's value; one for each parameter of the SOAP face. */
struct str ct_help_example(const struct ct_field *field);

#endif
