/* qr: a QR code (accounts/qr.h) in the terminal, two modules a character cell. */
#ifndef COUNTERSIGN_CLI_QR_H
#define COUNTERSIGN_CLI_QR_H

#include <stdio.h>

#include "base/str.h"

/* Draws the text, light modules as blocks: for a dark terminal, and readable on a light one, since scanners
 * take both ways. With the quiet zone of four modules. Nothing at all when the text is longer than a code
 * holds. */
void qr_print(FILE *out, struct str text);

#endif
