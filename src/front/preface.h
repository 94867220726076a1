/* SPDX-License-Identifier: Apache-2.0 */
/* preface: the beginning of a connection, before TLS: on some listeners a header of the PROXY protocol, after
 * which the connection is the named caller's. */
#ifndef COUNTERSIGN_FRONT_PREFACE_H
#define COUNTERSIGN_FRONT_PREFACE_H

#include "front/connection.h"

/* Reads on; the connection is in PREFACE, and leaves it when the header is complete. May close it. */
void preface_read(struct connection *c);
/* There is nothing before TLS or the first request. May close it. */
void preface_end(struct connection *c);
/* Closes it without an answer. */
void preface_refuse(struct connection *c, const char *why);

#endif
