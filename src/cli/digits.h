/* digits: a number big enough to be read across a room, in block characters. */
#ifndef COUNTERSIGN_CLI_DIGITS_H
#define COUNTERSIGN_CLI_DIGITS_H

#include <stdio.h>

#include "base/str.h"

/* Five rows; a wider gap in the middle. Characters that are no digits are left out. */
void digits_print(FILE *out, struct str number);

#endif
