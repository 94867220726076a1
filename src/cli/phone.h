/* phone: the device API (docs/device-api.md) from the phone's side: what is asked, what is signed. */
#ifndef COUNTERSIGN_CLI_PHONE_H
#define COUNTERSIGN_CLI_PHONE_H

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/key_file.h"
#include "cli/web.h"
#include "statement/statement.h"

struct phone {
    struct cli *cli;
    struct key_file key;
    struct web *web;
};

/* Reads the key file of --key-file and opens the way to its server. phone_close in any case. */
enum errcode phone_open(struct phone *p, struct cli *cli, const struct interrupt *interrupt) MUST_CHECK;
void phone_close(struct phone *p);
/* The path of --key-file, or the default. */
const char *phone_key_path(struct cli *cli);

/* One operation: posts `members` (taken over) to /api/device/NAME. *answer_out is the document, the caller's;
 * *result_out its result. ERR_BUSY where the server could not find out; other refusals are ERR_NONE here: see
 * phone_refusal. */
enum errcode phone_call(struct phone *p, const char *name, json_t *members, json_t **answer_out,
                        struct str *result_out) MUST_CHECK;
/* Takes the device off its account: a change, signed over a nonce that it asks for. As phone_call. */
enum errcode phone_remove(struct phone *p, json_t **answer_out, struct str *result_out) MUST_CHECK;
/* ERR_NONE for OK, else ERR_DENIED with the contract's words. */
enum errcode phone_refusal(struct phone *p, struct str result) MUST_CHECK;

/* "PUBLIC_URL/approve/#TICKET", or a ticket alone with the option --url. ERR_USAGE. */
enum errcode
phone_read_link(struct cli *cli, struct str link, struct str *url_out, struct str *ticket_out) MUST_CHECK;

/* A challenge as the API tells it, as what the statement is made of. Views into the document. ERR_PROTOCOL
 * when a member is missing; ERR_DENIED when it is another server's: its approval would be good there. */
enum errcode
phone_read_challenge(struct phone *p, const json_t *document, struct challenge_view *view_out) MUST_CHECK;
/* Signs the decision over the view and posts it. */
enum errcode phone_answer(struct phone *p, const struct challenge_view *view, enum decision decision,
                          struct str number, json_t **answer_out, struct str *result_out) MUST_CHECK;

#endif
