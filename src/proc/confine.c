/* SPDX-License-Identifier: Apache-2.0 */
/* confine: limits, Landlock, seccomp, in this order: each step needs what the next one takes away. */
#include "proc/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/os.h"
#include "base/sanitized.h"
#include "log/log.h"
#include "proc/landlock.h"

enum {
    FS_READ = LANDLOCK_FS_READ_FILE | LANDLOCK_FS_READ_DIR,
    FS_CHANGE =
        LANDLOCK_FS_WRITE_FILE | LANDLOCK_FS_REMOVE_FILE | LANDLOCK_FS_MAKE_REG | LANDLOCK_FS_TRUNCATE,
};

/* No files but the given ones, no TCP beyond what the kind of process needs, and no signals to others. */
static enum errcode
restrict_files(struct cx *cx, const struct confine *s)
{
    static const char *const for_reports[] = {"/proc", "/usr", "/lib"};
    uint64_t net = s->kind == CONFINE_COURIER ? LANDLOCK_NET_BIND : LANDLOCK_NET_ALL;
    struct landlock l;
    enum errcode err = landlock_begin(cx, LANDLOCK_FS_ALL, net, LANDLOCK_SCOPE_ALL, &l);
    for (size_t i = 0; err == ERR_NONE && i < s->n_paths; i++)
        err = landlock_allow_path(cx, &l, s->paths[i].path,
                                  s->paths[i].writable ? (uint64_t)(FS_READ | FS_CHANGE) : FS_READ);
    for (size_t i = 0; IS_SANITIZED && err == ERR_NONE && i < ARRAY_LEN(for_reports); i++)
        err = landlock_allow_path(cx, &l, for_reports[i], FS_READ);
    for (size_t i = 0; err == ERR_NONE && i < s->n_ports; i++)
        err = landlock_allow_port(cx, &l, s->ports[i]);
    return landlock_enter(cx, &l, err);
}

/* In addition: of a worker L whose database server is on this machine, T any; A of a front. */
enum { F = CONFINE_FRONT, W = CONFINE_WORKER, C = CONFINE_COURIER, L = 8, T = 16, A = 32 };

struct allowed {
    const char *name;
    unsigned kinds;
    unsigned n_conditions; /* all of them must hold */
    struct scmp_arg_cmp conditions[2];
};

static const struct allowed calls[] = {
#define MASKED(arg, mask, value)                                             \
    {                                                                        \
        arg, SCMP_CMP_MASKED_EQ, (scmp_datum_t)(mask), (scmp_datum_t)(value) \
    }
#define ALLOW(name, kinds) {#name, kinds, 0, {{0}}},
#define ALLOW_IF(name, kinds, arg, mask, value) {#name, kinds, 1, {MASKED(arg, mask, value)}},
#define ALLOW_IF2(name, kinds, arg, mask, value, arg2, mask2, value2) \
    {#name, kinds, 2, {MASKED(arg, mask, value), MASKED(arg2, mask2, value2)}},
#include "proc/confine.def"
#undef MASKED
};

static const char *const calls_of_sanitizers[] = {
    "clone",
    "getppid",
    "getrlimit",
    "ioctl",
    "dup2",

    "pipe",
    "pipe2",
    "prctl",
    "ptrace",
    "readlink",
    "readlinkat",
    "sched_getaffinity",
    "set_robust_list",
    "stat",

    "wait4",
    "newfstatat",
    "process_vm_readv",
    "getdents",
    "getdents64",
    "access",
};

/* 0 also for a system call that this architecture does not have. */
static int
allow_call(scmp_filter_ctx f, const char *name, unsigned n, const struct scmp_arg_cmp *conditions)
{
    int number = seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR)
        return 0;
    int done = seccomp_rule_add_array(f, SCMP_ACT_ALLOW, number, n, conditions);
    return done == -EDOM || done == -EEXIST ? 0 : done;
}

/* 0 also for a system call that this architecture does not have. */
static int
refuse_call(scmp_filter_ctx f, const char *name, const struct scmp_arg_cmp *condition)
{
    int number = seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR)
        return 0;
    int done = seccomp_rule_add_array(f, SCMP_ACT_ERRNO(EACCES), number, 1, condition);
    return done == -EDOM || done == -EEXIST ? 0 : done;
}

/* A library that tries to write a file copes with the refusal, as it would under Landlock. */
static int
refuse_writing(scmp_filter_ctx f)
{
    static const struct {
        scmp_datum_t mask, value;
    } ways[] = {{O_ACCMODE, O_WRONLY}, {O_ACCMODE, O_RDWR}, {O_CREAT, O_CREAT}, {O_TRUNC, O_TRUNC}};
    int done = 0;
    for (size_t i = 0; i < ARRAY_LEN(ways) && done == 0; i++) {
        const struct scmp_arg_cmp at = SCMP_A2(SCMP_CMP_MASKED_EQ, ways[i].mask, ways[i].value);
        const struct scmp_arg_cmp old = SCMP_A1(SCMP_CMP_MASKED_EQ, ways[i].mask, ways[i].value);
        done = refuse_call(f, "openat", &at);
        if (done == 0)
            done = refuse_call(f, "open", &old);
    }
    return done;
}

/* Rules that a list of names cannot express. */
static int
allow_special(scmp_filter_ctx f, enum confine_kind kind)
{
    /* abort() sends a signal to the process itself. */
    int done =
        allow_call(f, OS_ABORT_CALL, 1, &SCMP_A0(SCMP_CMP_MASKED_EQ, UINT32_MAX, (scmp_datum_t)getpid()));
    /* sysconf() reads limits; setting them is not allowed. */
    if (done == 0)
        done =
            allow_call(f, "prlimit64", 1, &(struct scmp_arg_cmp){.arg = 2, .op = SCMP_CMP_EQ, .datum_a = 0});
    /* clone3 passes its flags in memory, where a filter cannot see them. When it is missing, glibc uses
     * clone. */
    if (done == 0 && kind == CONFINE_COURIER)
        done = seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    if (done == 0 && kind == CONFINE_COURIER)
        done = refuse_writing(f);
    for (size_t i = 0; IS_SANITIZED && done == 0 && i < ARRAY_LEN(calls_of_sanitizers); i++)
        done = allow_call(f, calls_of_sanitizers[i], 0, NULL);
    const scmp_datum_t writing = O_ACCMODE | O_CREAT | O_TRUNC;
    if (IS_SANITIZED && done == 0 && kind == CONFINE_FRONT)
        done = allow_call(f, "openat", 1, &SCMP_A2(SCMP_CMP_MASKED_EQ, writing, O_RDONLY));
    if (IS_SANITIZED && done == 0 && kind == CONFINE_FRONT)
        done = allow_call(f, "open", 1, &SCMP_A1(SCMP_CMP_MASKED_EQ, writing, O_RDONLY));
    return done;
}

static enum errcode
restrict_calls(struct cx *cx, const struct confine *s)
{
    const enum confine_kind kind = s->kind;
    const unsigned kinds =
        (unsigned)kind | (s->connects ? L : 0U) | (s->n_ports > 0 ? T : 0U) | (s->answers ? A : 0U);
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_KILL_PROCESS);
    if (f == NULL)
        return err_set(cx, ERR_SYSTEM, "seccomp: no filter");
    /* A binary tree instead of a list: the filter runs at every system call. */
    int done = seccomp_attr_set(f, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    for (size_t i = 0; done == 0 && i < ARRAY_LEN(calls); i++)
        if ((calls[i].kinds & kinds) != 0)
            done = allow_call(f, calls[i].name, calls[i].n_conditions, calls[i].conditions);
    if (done == 0)
        done = allow_special(f, kind);
    if (done == 0)
        done = seccomp_load(f);
    seccomp_release(f);
    return done == 0 ? ERR_NONE : err_set(cx, ERR_SYSTEM, "seccomp: %s", strerror(-done));
}

/* What maps of files take does not count. A limit that was set outside stays where it is lower. */
static bool
limit_memory(size_t most)
{
    struct rlimit data = {0, 0};
    if (getrlimit(RLIMIT_DATA, &data) != 0)
        return false;
    if (data.rlim_max > most)
        data.rlim_max = most;
    data.rlim_cur = data.rlim_max;
    return setrlimit(RLIMIT_DATA, &data) == 0;
}

static enum errcode
set_limits(struct cx *cx, const struct confine *s)
{
    struct rlimit files = {0, 0};
    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return err_set(cx, ERR_SYSTEM, "getrlimit: %s", strerror(errno));
    if (files.rlim_max < s->descriptors)
        log_event(LOG_CONFINE_FEW_DESCRIPTORS, "has=%ju wants=%zu", (uintmax_t)files.rlim_max,
                  s->descriptors);
    else
        files.rlim_max = s->descriptors;
    files.rlim_cur = files.rlim_max;
    const struct rlimit none = {0, 0};
    bool ok = setrlimit(RLIMIT_NOFILE, &files) == 0 && setrlimit(RLIMIT_CORE, &none) == 0;
    /* A thread counts as a process; the leak search of the sanitizers needs one. */
    if (ok && s->kind != CONFINE_COURIER && !IS_SANITIZED)
        ok = setrlimit(RLIMIT_NPROC, &none) == 0;
    if (ok && s->memory > 0 && !IS_SANITIZED)
        ok = limit_memory(s->memory);
    if (ok && !COUNTERSIGN_TESTING)
        ok = prctl(PR_SET_DUMPABLE, 0) == 0;
    if (ok)
        ok = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
    return ok ? ERR_NONE : err_set(cx, ERR_SYSTEM, "limits: %s", strerror(errno));
}

enum errcode
confine_enter(struct cx *cx, const struct confine *s)
{
    tzset(); /* opens its file when first formatting a date */
    enum errcode err = set_limits(cx, s);
    if (err == ERR_NONE)
        err = restrict_files(cx, s);
    if (err == ERR_NONE)
        err = restrict_calls(cx, s);
    return err;
}
