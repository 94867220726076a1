/* SPDX-License-Identifier: Apache-2.0 */
/* world: a company, a technician, a phone and a console, for the tests of a sign-in. */
#ifndef COUNTERSIGN_TESTS_AUTH_WORLD_H
#define COUNTERSIGN_TESTS_AUTH_WORLD_H

#include "signin/challenge_answer.h"
#include "tests/unit/accounts/fixture.h"
#include "tests/unit/accounts/phone.h"

#include "accounts/challenge.h"
#include "accounts/company.h"
#include "accounts/device.h"
#include "accounts/policy.h"
#include "accounts/technician.h"
#include "self/self_service.h"
#include "signin/signin.h"

#define WORLD_EMAIL "alice@example.com"
#define WORLD_PASSWORD "seven lanterns over Lund"
#define WORLD_NEW_PASSWORD "nine kites above Malmo 5"

/* A phone that was enrolled. */
struct handset {
    struct phone key;
    struct device device;
};

struct world {
    struct fixture *f;
    struct cx *cx;
    struct arena kept; /* outlives a request */
    int64_t company, technician;
    struct handset phone;
    /* What the console holds. */
    struct str login, push, number, session;
    struct signin_outcome answer; /* to the last call; its strings live until the next request */
    struct challenge_sent sent;
    struct check_wait wait;
};

/* The second of these is a file, for several processes; the third is a new store at that address. *state is a
 * struct world. */
int world_set_up(void **state);
int world_set_up_file(void **state);
int world_set_up_at(void **state, struct str url);
int world_tear_down(void **state);

void world_later(struct world *w, int64_t by);
void world_source(struct world *w, const char *source);
void world_policy(struct world *w, const char *key, const char *value);
int64_t world_technician(struct world *w, const char *email);

void handset_enrol(struct world *w, int64_t technician, struct handset *p);
/* What the phone is shown of the newest pending challenge, kept. */
void handset_sees(struct world *w, const struct handset *p, struct challenge_view *view_out);
enum answer handset_replies(struct world *w, const struct handset *p, const struct challenge_view *shown,
                            enum decision decision, const char *number);
/* Both: signs the statement of the newest pending challenge and answers. number NULL: none. */
enum answer
handset_answer(struct world *w, const struct handset *p, enum decision decision, const char *number);

enum signin_result world_login(struct world *w);
enum signin_result world_login_as(struct world *w, const char *email, const char *password);
enum signin_result world_login_new(struct world *w, const char *old_password, const char *new_password);
enum signin_result world_send(struct world *w);
enum signin_result world_check(struct world *w);
enum signin_result world_code(struct world *w, const char *code);
enum answer world_approve(struct world *w); /* with the right number */
/* Login, push, check: Poll. */
void world_wait(struct world *w);
/* What an authenticator shows now, kept: by its seed in base32, or by the key URI. */
const char *world_code_of(struct world *w, struct str secret);
const char *world_totp(struct world *w, struct str uri);
/* Login, push, approval, check: OK. */
void world_sign_in(struct world *w);

/* Opens the self-service with the phone; what its other functions take, kept. */
struct self_proof handset_opens(struct world *w, const struct handset *p);
/* What is signed for that; in the arena. */
struct str handset_self_statement(struct world *w, const struct handset *p, struct str nonce);
/* The proof with a change that this phone signed just now, in the arena; whatever the change is. */
const struct self_proof *handset_acts(struct world *w, const struct self_proof *proof);
/* A change with a nonce of now, signed by the phone; in the arena. */
struct deed *handset_deed(struct world *w, const struct handset *p);

/* One column of one row, as an integer: "SELECT ... WHERE id = $1". */
int64_t world_int(struct world *w, const char *sql, int64_t id);

#endif
