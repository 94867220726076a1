/* SPDX-License-Identifier: Apache-2.0 */
/* store_operator_key: see store_operator_key.h. */
#include "store/store_operator_key.h"

#include "db/db.h"
#include "db/rows.h"

#define ROWS_C_operator_role enum operator_role
#define ROWS_IS_operator_role ROWS_WORDS(ROWS_WORD, operator_role_names)

#define PASSKEY(FIRST, COLUMN, EXPRESSION)          \
    FIRST(operator_passkey, integer, id)            \
    COLUMN(operator_passkey, integer, operator_id)  \
    COLUMN(operator_passkey, blob, credential_id)   \
    COLUMN(operator_passkey, integer, algorithm)    \
    COLUMN(operator_passkey, blob, public_key)      \
    COLUMN(operator_passkey, integer, sign_count)   \
    COLUMN(operator_passkey, flag, backup_eligible) \
    COLUMN(operator_passkey, flag, backed_up)       \
    COLUMN(operator_passkey, text, name)            \
    COLUMN(operator_passkey, integer, created_at)   \
    COLUMN(operator_passkey, integer, used_at)
ROWS_TYPE(passkeys, operator_passkey, PASSKEY, .missing = "no operator has this passkey");

enum errcode
store_operator_passkey_insert(struct cx *cx, const struct operator_passkey *p)
{
    static const char sql[] =
        "INSERT INTO operator_passkey (" ROWS_STORED(PASSKEY) ") VALUES (" ROWS_PARAMETERS(PASSKEY) ")";
    return rows_insert(cx, &passkeys, p, sql, "");
}

enum errcode
store_operator_passkey_find(struct cx *cx, struct str credential_id, struct operator_passkey *p_out)
{
    static const char sql[] =
        "SELECT " ROWS_COLUMNS(PASSKEY) " FROM operator_passkey WHERE credential_id = $1";
    return rows_one(cx, &passkeys, p_out, sql, "b", credential_id);
}

enum errcode
store_operator_passkey_list(struct cx *cx, int64_t operator_id, struct operator_passkey **list_out,
                            size_t *n_out)
{
    static const char sql[] =
        "SELECT " ROWS_COLUMNS(PASSKEY) " FROM operator_passkey WHERE operator_id = $1 ORDER BY created_at";
    return rows_list(cx, &passkeys, list_out, n_out, sql, "i", operator_id);
}

enum errcode
store_operator_passkey_use(struct cx *cx, const struct operator_passkey *p, int64_t before, bool *changed_out)
{
    static const char sql[] = "UPDATE operator_passkey SET sign_count = $2, backed_up = $3, used_at = $4 "
                              "WHERE id = $1 AND sign_count = $5";
    return db_exec_one(cx, changed_out, sql, "iiiii", p->id, p->sign_count, (int64_t)p->backed_up, cx->now,
                       before);
}

enum errcode
store_operator_passkey_remove(struct cx *cx, int64_t operator_id, int64_t id, int64_t *n_out)
{
    if (id != 0)
        return db_exec(cx, n_out, "DELETE FROM operator_passkey WHERE operator_id = $1 AND id = $2", "ii",
                       operator_id, id);
    return db_exec(cx, n_out, "DELETE FROM operator_passkey WHERE operator_id = $1", "i", operator_id);
}

#define SESSION(FIRST, COLUMN, EXPRESSION)         \
    FIRST(operator_session, integer, id)           \
    COLUMN(operator_session, integer, operator_id) \
    COLUMN(operator_session, text, source)         \
    COLUMN(operator_session, text, console)        \
    COLUMN(operator_session, integer, created_at)  \
    COLUMN(operator_session, integer, idle_at)     \
    COLUMN(operator_session, integer, expires_at)
ROWS_TYPE(sessions, operator_session, SESSION, .missing = "the session is unknown or has ended");

#define SELECT_SESSION "SELECT " ROWS_COLUMNS(SESSION) " FROM operator_session WHERE ended_at = 0 "

enum errcode
store_operator_session_insert(struct cx *cx, const struct operator_session *s, const struct digest *token,
                              const struct digest *challenge)
{
    static const char sql[] = "INSERT INTO operator_session (" ROWS_STORED(
        SESSION) ", ended_at, token_digest, challenge_digest) "
                 "VALUES (" ROWS_PARAMETERS(SESSION) ", 0, $8, $9)";
    return rows_insert(cx, &sessions, s, sql, "dd", token, challenge);
}

enum errcode
store_operator_session_get(struct cx *cx, const struct digest *token, struct operator_session *s_out)
{
    return rows_one(cx, &sessions, s_out,
                    SELECT_SESSION "AND token_digest = $1 AND idle_at > $2 AND expires_at > $2", "di", token,
                    cx->now);
}

enum errcode
store_operator_session_list(struct cx *cx, int64_t operator_id, struct operator_session **list_out,
                            size_t *n_out)
{
    return rows_list(cx, &sessions, list_out, n_out,
                     SELECT_SESSION
                     "AND operator_id = $1 AND idle_at > $2 AND expires_at > $2 ORDER BY created_at",
                     "ii", operator_id, cx->now);
}

enum errcode
store_operator_session_seen(struct cx *cx, int64_t id, int64_t idle_at)
{
    return db_exec(cx, NULL, "UPDATE operator_session SET idle_at = $2 WHERE id = $1 AND ended_at = 0", "ii",
                   id, idle_at);
}

enum errcode
store_operator_session_end(struct cx *cx, int64_t id, bool *was_live_out)
{
    return db_exec_one(cx, was_live_out,
                       "UPDATE operator_session SET ended_at = $2 WHERE id = $1 AND ended_at = 0", "ii", id,
                       cx->now);
}

enum errcode
store_operator_session_end_all(struct cx *cx, int64_t operator_id, int64_t *n_out)
{
    return db_exec(cx, n_out,
                   "UPDATE operator_session SET ended_at = $2 WHERE operator_id = $1 AND ended_at = 0", "ii",
                   operator_id, cx->now);
}

enum errcode
store_operator_session_sweep(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out)
{
    return db_exec(cx, n_out,
                   "DELETE FROM operator_session WHERE id IN (SELECT id FROM operator_session "
                   "WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)",
                   "ii", before, limit);
}

#define TOKEN(FIRST, COLUMN, EXPRESSION)           \
    FIRST(operator_token, integer, id)             \
    COLUMN(operator_token, text, name)             \
    COLUMN(operator_token, reference, operator_id) \
    COLUMN(operator_token, operator_role, role)    \
    COLUMN(operator_token, flag, everything)       \
    COLUMN(operator_token, text, made_by)          \
    COLUMN(operator_token, integer, created_at)    \
    COLUMN(operator_token, integer, expires_at)    \
    COLUMN(operator_token, integer, used_at)       \
    COLUMN(operator_token, reference, maker_id)
ROWS_TYPE(tokens, operator_token, TOKEN, .missing = "there is no such token");

#define SELECT_TOKEN "SELECT " ROWS_COLUMNS(TOKEN) " FROM operator_token WHERE revoked_at = 0 "

enum errcode
store_operator_token_insert(struct cx *cx, const struct operator_token *t, const struct digest *digest)
{
    static const char sql[] =
        "INSERT INTO operator_token (" ROWS_STORED(TOKEN) ", revoked_at, token_digest) "
                                                          "VALUES (" ROWS_PARAMETERS(TOKEN) ", 0, $11)";
    return rows_insert(cx, &tokens, t, sql, "d", digest);
}

enum errcode
store_operator_token_get(struct cx *cx, const struct digest *digest, struct operator_token *t_out)
{
    return rows_one(cx, &tokens, t_out, SELECT_TOKEN "AND token_digest = $1 AND expires_at > $2", "di",
                    digest, cx->now);
}

enum errcode
store_operator_token_find(struct cx *cx, struct str name, struct operator_token *t_out)
{
    return rows_one(cx, &tokens, t_out, SELECT_TOKEN "AND name = $1", "t", name);
}

enum errcode
store_operator_token_list(struct cx *cx, struct operator_token **list_out, size_t *n_out)
{
    return rows_list(cx, &tokens, list_out, n_out, SELECT_TOKEN "ORDER BY name", "");
}

enum errcode
store_operator_token_page(struct cx *cx, struct str after, int64_t limit, struct operator_token **list_out,
                          size_t *n_out)
{
    return rows_list(cx, &tokens, list_out, n_out, SELECT_TOKEN "AND name > $1 ORDER BY name LIMIT $2", "ti",
                     str_is_null(after) ? STR_LIT("") : after, limit);
}

enum errcode
store_operator_token_list_made(struct cx *cx, int64_t maker_id, struct operator_token **list_out,
                               size_t *n_out)
{
    return rows_list(cx, &tokens, list_out, n_out, SELECT_TOKEN "AND maker_id = $1", "i", maker_id);
}

enum errcode
store_operator_token_seen(struct cx *cx, int64_t id)
{
    return db_exec(cx, NULL, "UPDATE operator_token SET used_at = $2 WHERE id = $1", "ii", id, cx->now);
}

enum errcode
store_operator_token_revoke(struct cx *cx, int64_t id)
{
    return db_exec(cx, NULL, "UPDATE operator_token SET revoked_at = $2 WHERE id = $1 AND revoked_at = 0",
                   "ii", id, cx->now);
}

enum errcode
store_operator_token_revoke_all(struct cx *cx, int64_t operator_id, int64_t *n_out)
{
    return db_exec(cx, n_out,
                   "UPDATE operator_token SET revoked_at = $2 WHERE operator_id = $1 AND revoked_at = 0",
                   "ii", operator_id, cx->now);
}

enum errcode
store_operator_token_sweep(struct cx *cx, int64_t before, int64_t limit, int64_t *n_out)
{
    static const char reach[] =
        "DELETE FROM operator_reach WHERE holder_id IN (SELECT id FROM operator_token "
        "WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
    static const char token[] = "DELETE FROM operator_token WHERE id IN (SELECT id FROM operator_token "
                                "WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)";
    enum errcode err = db_exec(cx, NULL, reach, "ii", before, limit);
    return err != ERR_NONE ? err : db_exec(cx, n_out, token, "ii", before, limit);
}
