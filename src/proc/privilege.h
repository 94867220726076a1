/* privilege: what a child gives up before its program runs: root, and every capability. */
#ifndef COUNTERSIGN_PROC_PRIVILEGE_H
#define COUNTERSIGN_PROC_PRIVILEGE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

/* The account that children run as. */
struct privilege_user {
    bool is_set;
    uid_t uid;
    gid_t gid;
    char name[65];
};

/* Becomes the account where one is set, with its groups, and drops capabilities: of any account but root all
 * of them, ambient and inheritable ones included (a service manager may have given CAP_NET_BIND_SERVICE for
 * the listeners, which are open by now); of root those that are not about files. NULL, or the step that
 * failed, with errno. */
const char *privilege_drop(const struct privilege_user *user) MUST_CHECK;

#endif
