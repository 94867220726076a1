/* SPDX-License-Identifier: Apache-2.0 */
/* qr: a QR code (text/qr.h) in the terminal, two modules a character cell. */
#ifndef COUNTERSIGN_CLI_QR_H
#define COUNTERSIGN_CLI_QR_H

#include <stdio.h>

#include "base/str.h"

/* Draws the text, with light modules as blocks: meant for a dark terminal, and also readable on a light
 * one, since scanners accept inverted codes. Includes the quiet zone of four modules. Draws nothing when
 * the text is too long for a code. */
void qr_print(FILE *out, struct str text);

#endif
