/* SPDX-License-Identifier: Apache-2.0 */
/* store_operator_key: what an operator proves to be one by: passkeys, the sessions that they open, and
 * tokens. */
#ifndef COUNTERSIGN_STORE_STORE_OPERATOR_KEY_H
#define COUNTERSIGN_STORE_STORE_OPERATOR_KEY_H

#include "store/store_operator.h"

struct operator_passkey {
    int64_t id, operator_id;
    struct str credential_id;
    int64_t algorithm; /* COSE */
    struct str public_key;
    int64_t sign_count;
    bool backup_eligible, backed_up;
    struct str name;
    int64_t created_at, used_at;
};
/* ERR_CONFLICT: the credential is known already. */
enum errcode store_operator_passkey_insert(struct cx *cx, const struct operator_passkey *p) MUST_CHECK;
/* ERR_NOT_FOUND. */
enum errcode store_operator_passkey_find(struct cx *cx, struct str credential_id,
                                         struct operator_passkey *p_out) MUST_CHECK;
enum errcode store_operator_passkey_list(struct cx *cx, int64_t operator_id,
                                         struct operator_passkey **list_out, size_t *n_out) MUST_CHECK;
/* The counter and the backup state, where the counter is still `before`. */
enum errcode store_operator_passkey_use(struct cx *cx, const struct operator_passkey *p, int64_t before,
                                        bool *changed_out) MUST_CHECK;
/* One of the operator's, or (id 0) all; *n_out: how many. */
enum errcode
store_operator_passkey_remove(struct cx *cx, int64_t operator_id, int64_t id, int64_t *n_out) MUST_CHECK;

struct operator_session {
    int64_t id, operator_id;
    struct str source, console;
    int64_t created_at, idle_at, expires_at;
};
/* ERR_CONFLICT: the challenge has opened one already. */
enum errcode
store_operator_session_insert(struct cx *cx, const struct operator_session *s, const struct digest *token,
                              const struct digest *challenge) MUST_CHECK;
/* One that is live now. ERR_NOT_FOUND. */
enum errcode store_operator_session_get(struct cx *cx, const struct digest *token,
                                        struct operator_session *s_out) MUST_CHECK;
enum errcode store_operator_session_list(struct cx *cx, int64_t operator_id,
                                         struct operator_session **list_out, size_t *n_out) MUST_CHECK;
enum errcode store_operator_session_seen(struct cx *cx, int64_t id, int64_t idle_at) MUST_CHECK;
/* One, if it is live; all live ones of an operator. */
enum errcode store_operator_session_end(struct cx *cx, int64_t id, bool *was_live_out) MUST_CHECK;
enum errcode store_operator_session_end_all(struct cx *cx, int64_t operator_id, int64_t *n_out) MUST_CHECK;
/* Those that could not be live since then. */
enum errcode
store_operator_session_sweep(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out) MUST_CHECK;

struct operator_token {
    int64_t id;
    struct str name;
    int64_t operator_id; /* 0: made by the command line */
    enum operator_role role;
    bool everything;
    struct str made_by;
    int64_t created_at, expires_at, used_at;
    int64_t maker_id; /* the token that it was made with; 0: none */
};
/* ERR_CONFLICT: there is one of that name that was not revoked. */
enum errcode store_operator_token_insert(struct cx *cx, const struct operator_token *t,
                                         const struct digest *digest) MUST_CHECK;
/* One that is valid now: neither revoked nor at its end. ERR_NOT_FOUND. */
enum errcode
store_operator_token_get(struct cx *cx, const struct digest *digest, struct operator_token *t_out) MUST_CHECK;
/* Those that were not revoked, also those at their end. ERR_NOT_FOUND. */
enum errcode
store_operator_token_find(struct cx *cx, struct str name, struct operator_token *t_out) MUST_CHECK;
enum errcode
store_operator_token_list(struct cx *cx, struct operator_token **list_out, size_t *n_out) MUST_CHECK;
/* At most `limit` of them, ordered by name, after that name (null: from the first one on). */
enum errcode store_operator_token_page(struct cx *cx, struct str after, int64_t limit,
                                       struct operator_token **list_out, size_t *n_out) MUST_CHECK;
/* Those made with a token. */
enum errcode store_operator_token_list_made(struct cx *cx, int64_t maker_id, struct operator_token **list_out,
                                            size_t *n_out) MUST_CHECK;
enum errcode store_operator_token_seen(struct cx *cx, int64_t id) MUST_CHECK;
enum errcode store_operator_token_revoke(struct cx *cx, int64_t id) MUST_CHECK;
enum errcode store_operator_token_revoke_all(struct cx *cx, int64_t operator_id, int64_t *n_out) MUST_CHECK;
/* Those that ended before then, with what they reach. */
enum errcode
store_operator_token_sweep(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out) MUST_CHECK;

#endif
