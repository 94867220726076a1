/* SPDX-License-Identifier: Apache-2.0 */
/* password: hashing (argon2id, RFC 9106, over an HMAC with the pepper), and the rules for new passwords.
 *
 * A password is first normalized (NFKC, in the spirit of RFC 8265 OpaqueString), and must be at most 256
 * bytes of UTF-8 afterwards. */
#ifndef COUNTERSIGN_ACCOUNTS_PASSWORD_H
#define COUNTERSIGN_ACCOUNTS_PASSWORD_H

#include <stdbool.h>
#include <stdint.h>

#include "accounts/company.h"
#include "accounts/policy.h"
#include "accounts/technician.h"
#include "base/cx.h"
#include "base/err.h"
#include "base/secret.h"
#include "base/str.h"

/* The encoded hash, in the arena. ERR_SYNTAX: not UTF-8, empty or too long. */
/* Both: where the request runs again (cx_again), the result of the first run, without the work. */
enum errcode password_hash(struct cx *cx, struct str password, struct str *hash_out) MUST_CHECK;
/* *right_out: whether the password matches the hash. An empty hash (no account, no password) takes the
 * same time and never matches, nor does a password that password_hash would refuse. *stale_out: it
 * matches, but was hashed with other parameters than the current ones; a hash with cheaper ones takes as
 * long as a current one. */
enum errcode password_verify(struct cx *cx, struct str hash, struct str password, bool *right_out,
                             bool *stale_out) MUST_CHECK;

struct password_facts {
    int64_t length;                  /* code points */
    enum password_strength strength; /* the highest published strength that it reaches */
    bool is_well_known;              /* or derived from the account's or the company's own words */
};
/* A password that password_hash would refuse has length and strength 0. */
enum errcode password_look(struct cx *cx, struct str password, const struct technician *t,
                           const struct company *c, struct password_facts *facts_out) MUST_CHECK;

enum password_verdict { PASSWORD_GOOD, PASSWORD_WEAK, PASSWORD_SAME, PASSWORD_USED };
/* The number of characters that a new password must have. */
int64_t password_length_min(const struct policy *p);
enum password_rule { PASSWORD_RULE_NONE, PASSWORD_RULE_LENGTH, PASSWORD_RULE_KNOWN, PASSWORD_RULE_STRENGTH };
/* The first of the policy's rules that these facts violate; only rules that need nothing else. */
enum password_rule password_broken_rule(const struct policy *p, const struct password_facts *facts);
/* By the same rules; reason_out (may be NULL) is an explanation for a person. */
enum password_verdict
password_judge(const struct policy *p, const struct password_facts *facts, const char **reason_out);
/* All rules: the facts, then whether it equals the present password, then the history. Costs one hash
 * computation per stored hash compared. */
enum errcode password_check_new(struct cx *cx, const struct policy *p, const struct technician *t,
                                const struct company *c, struct str password,
                                enum password_verdict *verdict_out, const char **reason_out) MUST_CHECK;

/* A digest of what the last two parts of password_check_new depend on besides the password: the words of
 * account and company, the present password, the depth of the history. Compared in the transaction that
 * stores the password: if it differs, the password has to be checked again. */
struct digest
password_context(struct cx *cx, const struct policy *p, const struct technician *t, const struct company *c);

/* Within the open transaction: the hash becomes the account's, the old one goes into the history (trimmed
 * to the policy's depth), the generation increases. Open logins are unchanged: they proved another
 * generation, and their check says so (InvalidPassword). t is as read in this transaction; ERR_CONFLICT
 * when its password is not the present one. Phones are notified (notice.h); the caller audits. */
enum errcode password_store(struct cx *cx, const struct policy *p, const struct technician *t,
                            struct str hash, bool must_change) MUST_CHECK;

/* Days until it expires by the policy, rounded up; 0: it has expired; -1: never. must_change counts as
 * expired. */
int32_t password_days_left(const struct cx *cx, const struct policy *p, const struct technician *t);
/* The same days, if the person should be warned of them by now (policy password_notice); otherwise -1. */
int32_t password_notice(const struct cx *cx, const struct policy *p, const struct technician *t);
/* The same, reading what it needs. */
enum errcode password_notice_of(struct cx *cx, int64_t technician_id, int32_t *days_out) MUST_CHECK;

/* Twenty different characters of all four classes: it satisfies every published strength. In the arena. */
struct str password_make(struct cx *cx);

#endif
