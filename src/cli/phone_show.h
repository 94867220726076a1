/* phone_show: what the commands of the phone share: asking for challenges, showing one, answering it. */
#ifndef COUNTERSIGN_CLI_PHONE_SHOW_H
#define COUNTERSIGN_CLI_PHONE_SHOW_H

#include <jansson.h>

#include "cli/phone.h"

/* Asks for name "pending", or "fetch" with an id (else null). The challenges are the member aChallenges of
 * *answer_out, which is the caller's, NULL on failure or not. */
enum errcode phone_ask(struct phone *p, const char *name, struct str id, json_t **answer_out) MUST_CHECK;
/* As the commands' documents tell it. */
json_t *phone_challenge_document(const struct challenge_view *v);
/* For people: who, what, where. All of it is signed. */
void phone_show(struct phone *p, const struct challenge_view *v);
/* The number from the terminal, where one is required; else it stays as it is. */
enum errcode
phone_read_number(struct phone *p, const struct challenge_view *view, struct str *number_out) MUST_CHECK;
/* Answers, and adds what came of it to `o`. ERR_DENIED: the server did not take it. */
enum errcode phone_give_answer(struct phone *p, const struct challenge_view *view, enum decision decision,
                               struct str number, json_t *o) MUST_CHECK;
/* "approved" and so on. */
const char *phone_done_words(enum decision decision);

#endif
