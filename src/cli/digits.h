/* SPDX-License-Identifier: Apache-2.0 */
/* digits: a number in block characters, readable across a room. */
#ifndef COUNTERSIGN_CLI_DIGITS_H
#define COUNTERSIGN_CLI_DIGITS_H

#include <stdio.h>

#include "base/str.h"

/* Five rows; a wider gap in the middle of four and more. Characters other than digits are omitted. */
void digits_print(FILE *out, struct str number);

#endif
