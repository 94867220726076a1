/* SPDX-License-Identifier: Apache-2.0 */
/* phone_show: what the commands of the phone share: its words and options, showing a challenge, answering it.
 */
#ifndef COUNTERSIGN_CLI_PHONE_SHOW_H
#define COUNTERSIGN_CLI_PHONE_SHOW_H

#include <jansson.h>

#include "base/err.h"
#include "base/str.h"
#include "cli/cli.h"
#include "cli/interrupt.h"
#include "client/phone.h"

/* The path of --key-file, or the default. */
const char *phone_key_path(struct cli *cli);
/* "PUBLIC_URL/approve/#TICKET", or a ticket alone with the option --url. ERR_USAGE. */
enum errcode
phone_read_link(struct cli *cli, struct str link, struct str *url_out, struct str *ticket_out) MUST_CHECK;
/* phone_open by the options of the command. interrupt: may be NULL. phone_close in any case. */
enum errcode phone_open_own(struct phone *p, struct cli *cli, const struct interrupt *interrupt) MUST_CHECK;

/* As the commands' documents tell it. */
json_t *phone_challenge_document(const struct challenge_view *v);
/* For people: who, what, where. All of it is signed. */
void phone_show(struct cli *cli, const struct challenge_view *v);
/* The number from the terminal, where one is required; else it stays as it is. */
enum errcode
phone_read_number(struct cli *cli, const struct challenge_view *view, struct str *number_out) MUST_CHECK;
/* Answers, and adds what came of it to `o`. ERR_DENIED: the server did not take it. */
enum errcode phone_give_answer(struct phone *p, const struct challenge_view *view, enum decision decision,
                               struct str number, json_t *o) MUST_CHECK;
/* "approved" and so on. */
const char *phone_done_words(enum decision decision);

#endif
