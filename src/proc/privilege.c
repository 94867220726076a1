/* SPDX-License-Identifier: Apache-2.0 */
/* privilege: see the header. */
#include "proc/privilege.h"

#include <grp.h>
#include <linux/capability.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CAPABILITIES_MOST = 64, SETS = _LINUX_CAPABILITY_U32S_3 };

/* Capabilities that root's children need to use files of other accounts, when no account was configured
 * for them. */
static const uint64_t of_files = UINT64_C(1) << CAP_CHOWN | UINT64_C(1) << CAP_DAC_OVERRIDE |
                                 UINT64_C(1) << CAP_DAC_READ_SEARCH | UINT64_C(1) << CAP_FOWNER |
                                 UINT64_C(1) << CAP_FSETID;

static const uint64_t of_deeds = UINT64_C(1) << CAP_SETUID | UINT64_C(1) << CAP_SETGID |
                                 UINT64_C(1) << CAP_SETPCAP | UINT64_C(1) << CAP_KILL |
                                 UINT64_C(1) << CAP_NET_BIND_SERVICE;

/* The bounding set limits what an exec can grant. Without CAP_SETPCAP it stays, but grants nothing to
 * accounts other than root. */
static void
narrow_bound(uint64_t kept)
{
    for (int cap = 0; cap < CAPABILITIES_MOST; cap++)
        if ((kept & UINT64_C(1) << cap) == 0 && prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1)
            (void)prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
}

bool
privilege_narrow(void)
{
    const uint64_t kept = of_files | of_deeds;
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[SETS] = {{0, 0, 0}, {0, 0, 0}};
    narrow_bound(kept);
    if (syscall(SYS_capget, &head, data) != 0)
        return false;
    for (unsigned i = 0; i < SETS; i++) {
        const uint32_t mask = (uint32_t)(kept >> 32 * i);
        data[i].inheritable &= mask;
        data[i].permitted &= mask;
        data[i].effective &= mask;
    }
    return syscall(SYS_capset, &head, data) == 0;
}

static bool
clear_sets(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[SETS] = {{0, 0, 0}, {0, 0, 0}};
    if (syscall(SYS_capget, &head, data) != 0)
        return false;
    for (unsigned i = 0; i < SETS; i++) {
        data[i].inheritable = 0; /* also drops the ambient set */
        if (geteuid() != 0)
            data[i].effective = data[i].permitted = 0;
    }
    return syscall(SYS_capset, &head, data) == 0;
}

const char *
privilege_drop(const struct privilege_user *user)
{
    narrow_bound(of_files);
    if (user->is_set &&
        (initgroups(user->name, user->gid) != 0 || setresgid(user->gid, user->gid, user->gid) != 0 ||
         setresuid(user->uid, user->uid, user->uid) != 0))
        return "account";
    return clear_sets() ? NULL : "capabilities";
}
