/* SPDX-License-Identifier: Apache-2.0 */
/* guard: what the supervisor gives up before it starts its children, for itself and for all of them.
 *
 * It reads messages of its children, and one of these may be an attacker's. Left are its deeds: to read
 * files, to start its own programs under another account, to end them, and to write where the server keeps
 * its data. seccomp refuses calls that change the machine or look into other processes (guard.def): a list of
 * what is refused, since the filter also holds for every child's start and for the program that an upgrade
 * puts in this one's place, which may be newer. Landlock, where the kernel has it: no writing outside the
 * given folders, no program outside the given ones. Capabilities other than those for the deeds are dropped
 * for good. */
#ifndef COUNTERSIGN_PROC_GUARD_H
#define COUNTERSIGN_PROC_GUARD_H

#include <stddef.h>

#include "base/cx.h"
#include "base/err.h"

/* Files, or folders with everything in them; a NULL is skipped. */
struct guard {
    const char *const *writable, *const *programs;
    size_t n_writable, n_programs;
};

/* Once in a process, whatever programs it becomes: their number would otherwise be limited by the kernel's,
 * which allows 16 layers of Landlock. ERR_SYSTEM when the kernel refuses: the server must not start. */
enum errcode guard_enter(struct cx *cx, const struct guard *g) MUST_CHECK;

#endif
