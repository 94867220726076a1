/* SPDX-License-Identifier: Apache-2.0 */
/* completion: what a shell needs to complete a command line, from the table of commands. */
#ifndef COUNTERSIGN_CLI_COMPLETION_H
#define COUNTERSIGN_CLI_COMPLETION_H

#include "base/buf.h"

void completion_write_bash(struct buf *out);
void completion_write_zsh(struct buf *out);
void completion_write_fish(struct buf *out);

#endif
