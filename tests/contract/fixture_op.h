/* SPDX-License-Identifier: Apache-2.0 */
/* fixture_op: the operation behind the recorded exchanges (tests/contract/golden, clients): it answers by its
 * login token, so that one exchange tests one thing. For the replay at unit level and for the test worker. */
#ifndef COUNTERSIGN_TESTS_CONTRACT_FIXTURE_OP_H
#define COUNTERSIGN_TESTS_CONTRACT_FIXTURE_OP_H

#include "base/arena.h"
#include "base/str.h"
#include "contract/ct.h"

/* Fills *out; its strings live in the arena. Returns null, or the message of the exception that it throws. */
struct str fixture_check_push(struct arena *a, const struct twoFactorCheckPushAuthStatus_in *in,
                              struct twoFactorCheckPushAuthStatus_out *out);

#endif
