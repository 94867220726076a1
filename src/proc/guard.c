/* SPDX-License-Identifier: Apache-2.0 */
/* guard: capabilities, Landlock, seccomp, in this order: each step needs what the next one takes away. */
#include "proc/guard.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/os.h"
#include "base/sanitized.h"
#include "proc/landlock.h"
#include "proc/privilege.h"

#if defined(__x86_64__)
#define OUR_MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define OUR_MACHINE AUDIT_ARCH_AARCH64
#endif

#define DONE "COUNTERSIGN_GUARDED" /* the number of the process in which it was done */

enum {
    OTHER_NUMBERS = 0x40000000, /* x86_64: calls of its second, 32-bit numbering */
    WRITES = LANDLOCK_FS_FIRST & ~(LANDLOCK_FS_EXECUTE | LANDLOCK_FS_READ_FILE | LANDLOCK_FS_READ_DIR),
    REFUSE = SECCOMP_RET_ERRNO | EPERM,
};

static const unsigned denied[] = {
#define DENY(name) SYS_##name,
#include "proc/guard.def"
#if !IS_SANITIZED
    SYS_process_vm_readv,
    SYS_ptrace,
#endif
};

/* Room for the checks of the machine and of the numbering, and for the two ends. */
enum { PROGRAM_MAX = ARRAY_LEN(denied) + 8 };

_Static_assert(PROGRAM_MAX < 256, "a jump has 8 bits");

struct program {
    struct sock_filter at[PROGRAM_MAX];
    unsigned short n;
};

static void
add(struct program *p, unsigned code, unsigned k)
{
    ASSERT(p->n < PROGRAM_MAX);
    p->at[p->n++] = (struct sock_filter)BPF_STMT((unsigned short)code, k);
}

static void
refuse_if(struct program *p, unsigned how, unsigned k)
{
    add(p, BPF_JMP | how | BPF_K, k);
}

/* Every jump that was added leads to the refusal at the end. */
static void
finish(struct program *p)
{
    add(p, BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    unsigned short end = p->n;
    add(p, BPF_RET | BPF_K, REFUSE);
    for (unsigned short i = 0; i < end; i++)
        if (BPF_CLASS(p->at[i].code) == BPF_JMP && p->at[i].jt == 0 && p->at[i].jf == 0)
            p->at[i].jt = (unsigned char)(end - i - 1);
}

static void
write_program(struct program *p)
{
    *p = (struct program){.n = 0};
#ifdef OUR_MACHINE
    add(p, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
    p->at[p->n] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, OUR_MACHINE, 1, 0);
    p->n++;
    add(p, BPF_RET | BPF_K, REFUSE);
#endif
    add(p, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
#ifdef __x86_64__
    refuse_if(p, BPF_JGE, OTHER_NUMBERS);
#endif
    for (size_t i = 0; i < ARRAY_LEN(denied); i++)
        refuse_if(p, BPF_JEQ, denied[i]);
    finish(p);
}

static enum errcode
restrict_calls(struct cx *cx)
{
    struct program p;
    write_program(&p);
    const struct sock_fprog filter = {.len = p.n, .filter = p.at};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) != 0)
        return err_set(cx, ERR_SYSTEM, "seccomp: %s", strerror(errno));
    return ERR_NONE;
}

static enum errcode
restrict_files(struct cx *cx, const struct guard *g)
{
    static const char *const devices[] = {"/dev/null", OS_MEMORY_FOLDER};
    static const char *const loaders[] = {"/lib", "/lib64", "/usr/lib", "/usr/lib64"};
    struct landlock l;
    uint64_t writes = WRITES | LANDLOCK_FS_REFER | LANDLOCK_FS_TRUNCATE;
    enum errcode err = landlock_begin(cx, writes | LANDLOCK_FS_EXECUTE, 0, 0, &l);
    for (size_t i = 0; err == ERR_NONE && i < ARRAY_LEN(devices); i++)
        err = landlock_allow_path(cx, &l, devices[i], writes);
    for (size_t i = 0; err == ERR_NONE && i < ARRAY_LEN(loaders); i++)
        err = landlock_allow_path(cx, &l, loaders[i], LANDLOCK_FS_EXECUTE);
    for (size_t i = 0; err == ERR_NONE && i < g->n_writable; i++)
        if (g->writable[i] != NULL)
            err = landlock_allow_path(cx, &l, g->writable[i], writes);
    for (size_t i = 0; err == ERR_NONE && i < g->n_programs; i++)
        if (g->programs[i] != NULL)
            err = landlock_allow_path(cx, &l, g->programs[i], LANDLOCK_FS_EXECUTE);
    return landlock_enter(cx, &l, err);
}

/* By this very process, as the program that it was before. */
static bool
is_done(void)
{
    const char *whose = getenv(DONE);
    int64_t pid = 0;
    return whose != NULL && str_to_i64(str_from_cstr(whose), 1, INT32_MAX, &pid) == ERR_NONE &&
           pid == getpid();
}

enum errcode
guard_enter(struct cx *cx, const struct guard *g)
{
    char pid[16];
    if (is_done())
        return ERR_NONE;
    if (!privilege_narrow() || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return err_set(cx, ERR_SYSTEM, "privileges: %s", strerror(errno));
    enum errcode err = restrict_files(cx, g);
    if (err == ERR_NONE)
        err = restrict_calls(cx);
    (void)snprintf(pid, sizeof pid, "%d", (int)getpid());
    if (err == ERR_NONE && setenv(DONE, pid, 1) != 0)
        err_no_memory();
    return err;
}
