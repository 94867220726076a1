/* SPDX-License-Identifier: Apache-2.0 */
/* shell: words of a command that a person copies into a POSIX shell (POSIX.1-2017, Shell Command
 * Language, 2.2). What people chose, an address above all, is one word there, whatever it holds. Control
 * characters stay as they are: what is shown on a terminal has to pass print_safe too. */
#ifndef COUNTERSIGN_BASE_SHELL_H
#define COUNTERSIGN_BASE_SHELL_H

#include "base/arena.h"
#include "base/str.h"

/* The value of an option. Itself where nothing of it is special; otherwise a copy of the arena. */
struct str shell_word(struct arena *arena, struct str word);
/* The last word of a command: one that begins with '-' is not an option there. */
struct str shell_operand(struct arena *arena, struct str word);

#endif
